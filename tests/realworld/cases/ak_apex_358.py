# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: domain precision
import torch
from torch import nn


class PlattScaler(nn.Module):
    """Re-calibrates the averaged probability of an ensemble of binary models."""

    def __init__(self, eps=1e-9):  #-
    def __init__(self, eps=1e-6):  #+
        super().__init__()
        self.eps = eps
        self.slope = nn.Parameter(torch.ones(()))
        self.bias = nn.Parameter(torch.zeros(()))

    def raw_score(self, probs):
        return torch.logit(probs, eps=self.eps)  #*

    def forward(self, probs):
        return self.slope * self.raw_score(probs) + self.bias


def ensemble_probs(models, x):
    with torch.no_grad():
        votes = torch.stack([torch.sigmoid(m(x)).squeeze(-1) for m in models])
    return votes.mean(0)


def fit_calibration(models, loader, max_iter=100):
    scaler = PlattScaler()
    probs, labels = [], []
    for x, y in loader:
        probs.append(ensemble_probs(models, x))
        labels.append(y.float())
    probs, labels = torch.cat(probs), torch.cat(labels)

    optim = torch.optim.LBFGS(scaler.parameters(), lr=0.1, max_iter=max_iter)
    criterion = nn.BCEWithLogitsLoss()

    def closure():
        optim.zero_grad()
        loss = criterion(scaler(probs), labels)
        loss.backward()
        return loss

    optim.step(closure)
    return scaler
