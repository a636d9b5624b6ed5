# origin: https://github.com/pytorch/pytorch/issues/39242
# kinds: cancellation domain
import math

import torch
import torch.nn.functional as F
from torch import nn


def log_event_prob(cum_hazard):
    """log P(event within the interval) for a given integrated hazard."""
    return torch.log(1.0 - torch.exp(-cum_hazard))  #!
    h = cum_hazard.clamp(min=torch.finfo(cum_hazard.dtype).tiny)  #+
    small = h < math.log(2.0)  #+
    near = torch.log(-torch.expm1(-h))  #+
    far = torch.log1p(-torch.exp(-torch.where(small, torch.ones_like(h), h)))  #+
    return torch.where(small, near, far)  #+


class IntervalHazard(nn.Module):
    """Piecewise constant hazards for equipment failure."""

    def __init__(self, d_in, edges, hidden=32):
        super().__init__()
        self.register_buffer("width", edges[1:] - edges[:-1])
        self.net = nn.Sequential(
            nn.Linear(d_in, hidden), nn.Tanh(), nn.Linear(hidden, len(edges) - 1)
        )

    def forward(self, x):
        return F.softplus(self.net(x)) * self.width

    def loss(self, x, bin_idx, failed):
        h = self(x)
        cum = h.cumsum(dim=1) - h
        before = cum.gather(1, bin_idx[:, None]).squeeze(1)
        within = h.gather(1, bin_idx[:, None]).squeeze(1)
        log_fail = log_event_prob(within) - before
        log_survive = -(before + within)
        return -torch.where(failed, log_fail, log_survive).mean()

    @torch.no_grad()
    def survival(self, x):
        return torch.exp(-self(x).cumsum(dim=1))


def train(model, loader, epochs=20, lr=1e-3):
    opt = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=1e-4)
    for _ in range(epochs):
        for x, bin_idx, failed in loader:
            opt.zero_grad()
            loss = model.loss(x, bin_idx, failed)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
    return model
