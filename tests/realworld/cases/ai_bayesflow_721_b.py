# origin: https://github.com/bayesflow-org/bayesflow/issues/721
# kinds: domain
import math

import torch
from torch import nn

LAMBDA_TOL = 1e-4


class BoxCox(nn.Module):
    """Learnable Box-Cox transform of positive features (log when lambda is 0)."""

    def __init__(self, num_features):
        super().__init__()
        # zero is the log transform, the usual starting point for skewed counts
        self.lmbda = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        log_x = torch.log(x)
        small = self.lmbda.abs() < LAMBDA_TOL
        lam = torch.where(small, torch.ones_like(self.lmbda), self.lmbda)  #+
        power = torch.expm1(self.lmbda * log_x) / self.lmbda  #!
        power = torch.expm1(lam * log_x) / lam  #+
        near_zero = log_x * (1.0 + 0.5 * self.lmbda * log_x)
        y = torch.where(small, near_zero, power)
        log_jac = ((self.lmbda - 1.0) * log_x).sum(dim=-1)
        return y, log_jac


class SkewedGaussian(nn.Module):
    """Multivariate normal after a per-feature Box-Cox transform."""

    def __init__(self, num_features):
        super().__init__()
        self.transform = BoxCox(num_features)
        self.loc = nn.Parameter(torch.zeros(num_features))
        self.log_scale = nn.Parameter(torch.zeros(num_features))

    def log_prob(self, x):
        y, log_jac = self.transform(x)
        z = (y - self.loc) * torch.exp(-self.log_scale)
        base = -0.5 * z ** 2 - self.log_scale - 0.5 * math.log(2 * math.pi)
        return base.sum(dim=-1) + log_jac


def fit(x, steps=500, lr=1e-2, floor=1e-3):
    """Maximum likelihood for positive data, e.g. daily precipitation amounts."""
    x = torch.as_tensor(x, dtype=torch.float32).clamp(min=floor)
    model = SkewedGaussian(x.shape[1])
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    for step in range(steps):
        nll = -model.log_prob(x).mean()
        opt.zero_grad()
        nll.backward()
        opt.step()
    return model
