import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.size = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.merge = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        attn = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.size)
        attn = attn.softmax(dim=-1)
        out = (attn @ v).transpose(1, 2).reshape(b, n, d)
        return self.merge(out)


class TrackNet(nn.Module):
    """Point set of one radar sweep -> kind of object."""

    def __init__(self, n_in=5, dim=128, heads=2, n_out=3):
        super().__init__()
        self.lift = nn.Linear(n_in, dim)
        self.attend = SelfAttention(dim, heads)
        self.norm = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, n_out))

    def forward(self, points):
        h = self.lift(points)
        h = self.norm(h + self.attend(h))
        return self.mlp(h.mean(dim=1))
