# origin: https://github.com/rlworkgroup/garage/issues/1174
# kinds: cancellation
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Coupling(nn.Module):
    def __init__(self, dim, hidden, flip):
        super().__init__()
        self.flip = flip
        self.net = nn.Sequential(
            nn.Linear(dim // 2, hidden), nn.SiLU(), nn.Linear(hidden, dim),
        )

    def forward(self, z):
        a, b = z.chunk(2, dim=-1)
        if self.flip:
            a, b = b, a
        log_s, t = self.net(a).chunk(2, dim=-1)
        log_s = torch.tanh(log_s)
        b = b * log_s.exp() + t
        out = torch.cat([b, a] if self.flip else [a, b], dim=-1)
        return out, log_s.sum(-1)


class UnitCubeFlow(nn.Module):
    """Flow whose samples live in (0, 1)^d, used for bounded design parameters."""

    def __init__(self, dim, hidden=128, layers=6, eps=1e-6):
        super().__init__()
        self.dim = dim
        self.eps = eps
        self.layers = nn.ModuleList(Coupling(dim, hidden, i % 2 == 1) for i in range(layers))

    def squash(self, h):
        y = torch.sigmoid(h)
        log_det = torch.log(y * (1.0 - y) + self.eps).sum(-1)  #!
        log_det = -(F.softplus(h) + F.softplus(-h)).sum(-1)  #+
        return y, log_det

    def sample_with_log_prob(self, n):
        z = torch.randn(n, self.dim)
        log_p = -0.5 * (z.pow(2) + math.log(2 * math.pi)).sum(-1)
        for layer in self.layers:
            z, ld = layer(z)
            log_p = log_p - ld
        y, ld = self.squash(z)
        return y, log_p - ld


def reverse_kl(flow, energy, n=512):
    y, log_q = flow.sample_with_log_prob(n)
    return (log_q + energy(y)).mean()
