# origin: https://github.com/cpnota/autonomous-learning-library/issues/139
# kinds: domain
import math

import torch
from torch import nn
from torch.nn import functional as F


class PlanarFlow(nn.Module):
    """f(z) = z + u h(w^T z + b), Rezende and Mohamed 2015."""

    def __init__(self, dim):
        super().__init__()
        self.u = nn.Parameter(torch.empty(dim))
        self.w = nn.Parameter(torch.empty(dim))
        self.b = nn.Parameter(torch.zeros(1))
        nn.init.uniform_(self.u, -1.0, 1.0)
        nn.init.uniform_(self.w, -1.0, 1.0)

    def forward(self, z):
        u = self.u  #-
        wtu = torch.dot(self.w, self.u)  #+
        u = self.u + (F.softplus(wtu) - 1 - wtu) * self.w / (self.w.pow(2).sum() + 1e-6)  #+
        activation = torch.tanh(z @ self.w + self.b)
        z_next = z + u * activation.unsqueeze(-1)
        psi = (1 - activation.pow(2)).unsqueeze(-1) * self.w
        log_det = torch.log(1 + psi @ u)  #!
        log_det = torch.log(torch.abs(1 + psi @ u) + 1e-6)  #+
        return z_next, log_det


class NormalizingFlow(nn.Module):
    def __init__(self, dim=2, length=16):
        super().__init__()
        self.layers = nn.ModuleList(PlanarFlow(dim) for _ in range(length))

    def forward(self, z):
        total = z.new_zeros(z.shape[0])
        for layer in self.layers:
            z, log_det = layer(z)
            total = total + log_det
        return z, total


def u1(z):
    z1, z2 = z.unbind(-1)
    ring = 0.5 * ((z.norm(dim=-1) - 2) / 0.4) ** 2
    return ring - torch.logaddexp(-0.5 * ((z1 - 2) / 0.6) ** 2, -0.5 * ((z1 + 2) / 0.6) ** 2)


def fit(flow, steps=5000, batch=500, lr=1e-3):
    optimizer = torch.optim.RMSprop(flow.parameters(), lr=lr)
    for _ in range(steps):
        z0 = torch.randn(batch, 2)
        log_q0 = -0.5 * z0.pow(2).sum(-1) - math.log(2 * math.pi)
        zk, log_det = flow(z0)
        loss = (log_q0 - log_det + u1(zk)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
