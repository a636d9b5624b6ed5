# origin: https://github.com/pytorch/pytorch/issues/18287
# kinds: domain
import math

import torch
from torch import nn


def compact_bump(r, radius):
    """Smooth bump with support [0, radius)."""
    u = r / radius
    inside = u < 1
    value = torch.exp(1.0 - 1.0 / (1.0 - u * u))  #!
    u = torch.where(inside, u, torch.zeros_like(u))  #+
    value = torch.exp(1.0 - 1.0 / (1.0 - u * u))  #+
    return torch.where(inside, value, torch.zeros_like(r))


class RadialMessage(nn.Module):
    def __init__(self, channels, n_basis=16, radius=5.0):
        super().__init__()
        self.radius = radius
        self.register_buffer("freq", math.pi * torch.arange(1, n_basis + 1) / radius)
        self.filter = nn.Sequential(
            nn.Linear(n_basis, channels),
            nn.SiLU(),
            nn.Linear(channels, channels),
        )

    def basis(self, r):
        return torch.cos(self.freq * r.unsqueeze(-1))

    def forward(self, h, pos, edge_index):
        src, dst = edge_index
        r = torch.linalg.norm(pos[dst] - pos[src], dim=-1)
        w = self.filter(self.basis(r)) * compact_bump(r, self.radius).unsqueeze(-1)
        out = torch.zeros_like(h)
        out.index_add_(0, dst, w * h[src])
        return h + out


class EnergyModel(nn.Module):
    def __init__(self, n_species, channels=64, depth=3):
        super().__init__()
        self.embed = nn.Embedding(n_species, channels)
        self.layers = nn.ModuleList(RadialMessage(channels) for _ in range(depth))
        self.readout = nn.Linear(channels, 1)

    def forward(self, species, pos, edge_index):
        h = self.embed(species)
        for layer in self.layers:
            h = layer(h, pos, edge_index)
        return self.readout(h).sum()
