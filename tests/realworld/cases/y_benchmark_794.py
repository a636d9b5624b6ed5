# origin: https://github.com/pytorch/benchmark/pull/794
# kinds: overflow
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    """Scaled dot product attention for one group of heads."""

    def forward(self, query, key, value, mask=None, dropout=None):
        scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(query.size(-1))
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)  #!
            scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)  #+
        p_attn = F.softmax(scores, dim=-1)
        if dropout is not None:
            p_attn = dropout(p_attn)
        return torch.matmul(p_attn, value), p_attn


class MultiHeadedAttention(nn.Module):
    def __init__(self, h, d_model, dropout=0.1):
        super().__init__()
        self.d_k = d_model // h
        self.h = h
        self.linear_layers = nn.ModuleList([nn.Linear(d_model, d_model) for _ in range(3)])
        self.output_linear = nn.Linear(d_model, d_model)
        self.attention = Attention()
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, query, key, value, mask=None):
        b = query.size(0)
        query, key, value = [
            lin(x).view(b, -1, self.h, self.d_k).transpose(1, 2)
            for lin, x in zip(self.linear_layers, (query, key, value))
        ]
        x, _ = self.attention(query, key, value, mask=mask, dropout=self.dropout)
        return self.output_linear(x.transpose(1, 2).contiguous().view(b, -1, self.h * self.d_k))


class Model:
    def __init__(self, device="cuda", precision="fp16"):
        self.model = MultiHeadedAttention(12, 768).to(device)
        if precision == "fp16":
            self.model = self.model.half()
        self.inputs = torch.rand(4, 128, 768, device=device).half()
        self.mask = (torch.rand(4, 1, 1, 128, device=device) > 0.2).long()

    @torch.no_grad()
    def eval(self):
        self.model.eval()
        return self.model(self.inputs, self.inputs, self.inputs, mask=self.mask)
