# origin: https://github.com/neuraloperator/neuraloperator/issues/329
# kinds: cancellation domain
import torch
import torch.nn as nn


class UnitGaussianNormalizer(nn.Module):
    """Normalises with statistics gathered incrementally over a dataset."""

    def __init__(self, reduce_dim=(0, 2, 3), eps=1e-7):
        super().__init__()
        self.reduce_dim = reduce_dim
        self.eps = eps
        self.n_elements = 0
        self.mean = None
        self.std = None
        self.squared_mean = None  #-
        self.m2 = None  #+

    @torch.no_grad()
    def partial_fit(self, batch):
        count = batch.numel() // batch.shape[1]
        mean = batch.mean(self.reduce_dim, keepdim=True)
        squared_mean = (batch ** 2).mean(self.reduce_dim, keepdim=True)  #-
        m2 = ((batch - mean) ** 2).sum(self.reduce_dim, keepdim=True)  #+
        if self.n_elements == 0:
            self.mean = mean
            self.squared_mean = squared_mean  #-
            self.m2 = m2  #+
        else:
            share = count / (self.n_elements + count)
            delta = mean - self.mean
            self.mean = self.mean + delta * share
            self.squared_mean = self.squared_mean + (squared_mean - self.squared_mean) * share  #-
            self.m2 = self.m2 + m2 + delta ** 2 * self.n_elements * share  #+
        self.n_elements += count
        self.std = torch.sqrt(self.squared_mean - self.mean ** 2)  #!
        self.std = torch.sqrt(self.m2 / self.n_elements)  #+

    def fit(self, loader):
        for batch in loader:
            self.partial_fit(batch["x"])
        return self

    def transform(self, x):
        return (x - self.mean) / (self.std + self.eps)

    def inverse_transform(self, x):
        return x * (self.std + self.eps) + self.mean
