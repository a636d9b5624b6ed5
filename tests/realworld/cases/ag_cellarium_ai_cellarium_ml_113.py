# origin: https://github.com/cellarium-ai/cellarium-ml/issues/113
# kinds: cancellation precision domain
import numpy as np
import torch
from torch import nn


class OnePassMeanVarStd(nn.Module):
    """Mean, variance and standard deviation of each gene in one pass over the cells."""

    def __init__(self, var_names_g):
        super().__init__()
        self.var_names_g = var_names_g
        n_vars = len(var_names_g)
        self.register_buffer("x_sums", torch.zeros(n_vars))  #-
        self.register_buffer("x_squared_sums", torch.zeros(n_vars))  #-
        self.register_buffer("x_mean", torch.zeros(n_vars))  #+
        self.register_buffer("x_m2", torch.zeros(n_vars))  #+
        self.register_buffer("x_size", torch.zeros(()))

    def forward(self, x_ng, var_names_g):
        assert np.array_equal(var_names_g, self.var_names_g)
        self.x_sums = self.x_sums + x_ng.sum(dim=0)  #-
        self.x_squared_sums = self.x_squared_sums + (x_ng ** 2).sum(dim=0)  #-
        self.x_size = self.x_size + x_ng.shape[0]
        batch_mean = x_ng.mean(dim=0)  #+
        delta = batch_mean - self.x_mean  #+
        frac = x_ng.shape[0] / self.x_size  #+
        within = ((x_ng - batch_mean) ** 2).sum(dim=0)  #+
        between = delta ** 2 * (self.x_size - x_ng.shape[0]) * frac  #+
        self.x_m2 = self.x_m2 + within + between  #+
        self.x_mean = self.x_mean + delta * frac  #+

    @property
    def mean_g(self):
        return self.x_sums / self.x_size  #-
        return self.x_mean  #+

    @property
    def var_g(self):
        return self.x_squared_sums / self.x_size - (self.x_sums / self.x_size) ** 2  #!
        return self.x_m2 / self.x_size  #+

    @property
    def std_g(self):
        return torch.sqrt(self.var_g)


def fit_onepass(batches, var_names_g):
    model = OnePassMeanVarStd(var_names_g)
    with torch.no_grad():
        for x_ng in batches:
            model(x_ng, var_names_g)
    return model


class ZScore(nn.Module):
    def __init__(self, mean_g, std_g, eps=1e-6):
        super().__init__()
        self.register_buffer("mean_g", mean_g)
        self.register_buffer("std_g", std_g)
        self.eps = eps

    def forward(self, x_ng):
        return (x_ng - self.mean_g) / (self.std_g + self.eps)
