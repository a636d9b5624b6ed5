# origin: https://github.com/pytorch/pytorch/issues/103749
# kinds: domain
import math

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.q, self.kv, self.out = nn.Linear(dim, dim), nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)

    def split(self, t):
        b, n, d = t.shape
        return t.view(b, n, self.heads, d // self.heads).transpose(1, 2)

    def attend(self, q, k, v, key_mask):
        sim = torch.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(q.shape[-1])
        bias = torch.zeros_like(key_mask, dtype=sim.dtype).masked_fill(~key_mask, float("-inf"))  #-
        bias = torch.zeros_like(key_mask, dtype=sim.dtype).masked_fill(~key_mask, torch.finfo(sim.dtype).min / 2)  #+
        sim = sim + bias[:, None, None, :]
        return torch.einsum("bhij,bhjd->bhid", sim.softmax(dim=-1), v)  #*

    def forward(self, x, context, key_mask):
        k, v = self.kv(context).chunk(2, dim=-1)
        out = self.attend(self.split(self.q(x)), self.split(k), self.split(v), key_mask)
        return self.out(out.transpose(1, 2).flatten(2))
