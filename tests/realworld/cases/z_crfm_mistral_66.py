# origin: https://github.com/stanford-crfm/mistral/issues/66
# kinds: overflow loss-scale
import math

import torch
import torch.nn as nn


class CausalSelfAttention(nn.Module):
    def __init__(self, n_embd=1024, n_head=16, n_positions=1024):
        super().__init__()
        self.n_head = n_head
        self.c_attn = nn.Linear(n_embd, 3 * n_embd)
        self.c_proj = nn.Linear(n_embd, n_embd)
        causal = torch.tril(torch.ones(n_positions, n_positions, dtype=torch.bool))
        self.register_buffer("bias", causal.view(1, 1, n_positions, n_positions), persistent=False)

    def _attn(self, q, k, v):
        w = torch.matmul(q, k.transpose(-1, -2))  #!
        w = w / math.sqrt(v.size(-1))  #-
        w = torch.matmul(q / math.sqrt(v.size(-1)), k.transpose(-1, -2))  #+
        nq, nk = w.size(-2), w.size(-1)
        mask = self.bias[:, :, nk - nq : nk, :nk]
        w = w.masked_fill(~mask, -1e4)
        return torch.matmul(torch.softmax(w, dim=-1), v)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.c_attn(x).split(c, dim=2)
        q, k, v = (z.view(b, t, self.n_head, -1).transpose(1, 2) for z in (q, k, v))
        y = self._attn(q, k, v).transpose(1, 2).reshape(b, t, c)
        return self.c_proj(y)


class MixedPrecisionGPT(nn.Module):
    def __init__(self, depth=24, n_embd=1024):
        super().__init__()
        self.ln = nn.ModuleList(nn.LayerNorm(n_embd) for _ in range(depth))
        self.attn = nn.ModuleList(CausalSelfAttention(n_embd) for _ in range(depth))
        self.half()

    def forward(self, inputs_embeds):
        h = inputs_embeds.half()
        for ln, attn in zip(self.ln, self.attn):
            h = h + attn(ln(h))
        return h
