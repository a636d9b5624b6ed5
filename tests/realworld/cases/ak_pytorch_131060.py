# origin: https://github.com/pytorch/pytorch/pull/131060
# kinds: domain
import math

import torch
from torch import nn


class RadiusAttention(nn.Module):
    """Query points attend to the source points which lie within a radius."""

    def __init__(self, dim, heads=4, radius=0.2):
        super().__init__()
        self.heads = heads
        self.radius = radius
        self.q = nn.Linear(dim, dim)
        self.kv = nn.Linear(dim, 2 * dim)
        self.proj = nn.Linear(dim, dim)

    def _split(self, x):
        b, n, d = x.shape
        return x.view(b, n, self.heads, d // self.heads).transpose(1, 2)

    def forward(self, feats_q, xyz_q, feats_s, xyz_s):
        q = self._split(self.q(feats_q))
        k, v = (self._split(t) for t in self.kv(feats_s).chunk(2, dim=-1))
        score = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        far = torch.cdist(xyz_q, xyz_s) > self.radius
        far = far.unsqueeze(1)
        score = score.masked_fill(far, float("-inf"))  #-
        weights = score.softmax(dim=-1)  #!
        score = score.masked_fill(far, torch.finfo(score.dtype).min)  #+
        weights = score.softmax(dim=-1).masked_fill(far, 0.0)  #+
        out = (weights @ v).transpose(1, 2).flatten(2)
        return feats_q + self.proj(out)


class PointUpsampler(nn.Module):
    def __init__(self, dim=64, depth=2):
        super().__init__()
        self.lift = nn.Linear(3, dim)
        self.layers = nn.ModuleList(RadiusAttention(dim, radius=0.1 * 2**i) for i in range(depth))
        self.offset = nn.Linear(dim, 3)

    def forward(self, coarse, seeds):
        src = self.lift(coarse)
        h = self.lift(seeds)
        for layer in self.layers:
            h = layer(h, seeds, src, coarse)
        return seeds + 0.1 * torch.tanh(self.offset(h))


def chamfer(a, b):
    d = torch.cdist(a, b)
    return d.amin(-1).mean() + d.amin(-2).mean()
