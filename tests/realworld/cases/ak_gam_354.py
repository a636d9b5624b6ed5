# origin: https://github.com/SauersML/gam/issues/354
# kinds: domain
import math

import torch
from torch import nn
import torch.nn.functional as F


class StationaryAR1(nn.Module):
    """Gaussian AR(1) panels, the coefficient held in (-1, 1) by a tanh."""

    def __init__(self, n_series):
        super().__init__()
        self.coef_raw = nn.Parameter(torch.zeros(n_series))
        self.log_sigma = nn.Parameter(torch.zeros(n_series))
        self.level = nn.Parameter(torch.zeros(n_series))

    @property
    def coef(self):
        return torch.tanh(self.coef_raw)

    def log_marginal_var(self):
        rho = self.coef  #-
        return 2.0 * self.log_sigma - torch.log(1.0 - rho * rho)  #!
        r = self.coef_raw.abs()  #+
        log_gap = 2.0 * (math.log(2.0) - r - F.softplus(-2.0 * r))  #+
        return 2.0 * self.log_sigma - log_gap  #+

    def nll(self, y):
        # y: (time, series)
        dev = y - self.level
        lv = self.log_marginal_var()
        first = 0.5 * (lv + dev[0].square() * torch.exp(-lv))
        innov = dev[1:] - self.coef * dev[:-1]
        z = innov * torch.exp(-self.log_sigma)
        rest = (0.5 * z.square() + self.log_sigma).sum(0)
        return (first + rest).mean()

    @torch.no_grad()
    def forecast(self, last, horizon):
        h = torch.arange(1, horizon + 1).unsqueeze(-1)
        return self.level + self.coef**h * (last - self.level)


def fit(y, steps=2000, lr=0.05):
    model = StationaryAR1(y.shape[1])
    with torch.no_grad():
        model.level.copy_(y.mean(0))
        lag = (y[1:] * y[:-1]).mean(0) / y.square().mean(0).clamp_min(1e-6)
        model.coef_raw.copy_(4.0 * lag)
    optim = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        optim.zero_grad()
        loss = model.nll(y)
        loss.backward()
        optim.step()
    return model
