# origin: https://github.com/lucidrains/nGPT-pytorch/issues/11
# kinds: domain
import math

import torch
from torch import nn


class AgentCrossAttention(nn.Module):
    """Every agent attends to the map polylines that lie within its field of view."""

    def __init__(self, dim, heads=4):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(dim, dim)
        self.to_kv = nn.Linear(dim, 2 * dim)
        self.out = nn.Linear(dim, dim)

    def split(self, x):
        b, n, d = x.shape
        return x.view(b, n, self.heads, d // self.heads).transpose(1, 2)

    def forward(self, agents, lanes, visible):
        q = self.split(self.to_q(agents))
        k, v = (self.split(t) for t in self.to_kv(lanes).chunk(2, dim=-1))
        sim = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        sim = sim.masked_fill(~visible.unsqueeze(1), float("-inf"))  #-
        attn = torch.softmax(sim, dim=-1)  #!
        keep = visible.unsqueeze(1)  #+
        sim = sim.masked_fill(~keep, torch.finfo(sim.dtype).min)  #+
        attn = torch.softmax(sim, dim=-1) * keep  #+
        ctx = (attn @ v).transpose(1, 2).flatten(2)
        return agents + self.out(ctx)


class Forecaster(nn.Module):
    def __init__(self, dim=64, horizon=30, radius=50.0):
        super().__init__()
        self.radius = radius
        self.agent_in = nn.Linear(4, dim)
        self.lane_in = nn.Linear(4, dim)
        self.cross = AgentCrossAttention(dim)
        self.head = nn.Linear(dim, horizon * 2)

    def forward(self, agents, lanes):
        dist = torch.cdist(agents[..., :2], lanes[..., :2])
        visible = dist < self.radius
        h = self.cross(self.agent_in(agents), self.lane_in(lanes), visible)
        return self.head(h).unflatten(-1, (-1, 2))


def displacement_loss(pred, future, valid):
    err = (pred - future).square().sum(-1).mean(-1)
    err = torch.where(valid, err, torch.zeros_like(err))
    return err.sum() / valid.sum().clamp(min=1)
