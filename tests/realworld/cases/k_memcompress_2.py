# origin: https://github.com/lucidrains/memory-compressed-attention/issues/2
# kinds: domain overflow
import torch
from torch import nn


def max_neg_value(t):
    return -torch.finfo(t.dtype).max


class MemoryCompressedAttention(nn.Module):
    def __init__(self, dim, heads=8, causal=False, compression_factor=3, dropout=0.0):
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.compress_fn = nn.Conv1d(dim, dim, compression_factor, stride=compression_factor, groups=heads)
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)
        self.to_out = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)
        self.null_k = nn.Parameter(torch.zeros(1, 1, dim))
        self.null_v = nn.Parameter(torch.zeros(1, 1, dim))

    def forward(self, x, input_mask=None):
        b, t, d, h = *x.shape, self.heads
        q, k, v = self.to_qkv(x).chunk(3, dim=-1)
        k, v = (self.compress_fn(z.transpose(1, 2)).transpose(1, 2) for z in (k, v))
        k = torch.cat((self.null_k.expand(b, -1, -1), k), dim=1)
        v = torch.cat((self.null_v.expand(b, -1, -1), v), dim=1)
        q, k, v = (z.reshape(b, -1, h, d // h).transpose(1, 2) for z in (q, k, v))
        dots = torch.einsum("bhid,bhjd->bhij", q, k) * d**-0.5
        if self.causal:
            mask_q, mask_k = torch.arange(t, device=x.device), torch.arange(k.shape[-2], device=x.device) * 3
            mask = mask_q[:, None] < mask_k[None, :]
            dots.masked_fill_(mask, -float("-inf"))  #-
            dots.masked_fill_(mask, max_neg_value(dots))  #+
            del mask
        attn = dots.softmax(dim=-1)  #!
        attn = dots.softmax(dim=-1)  #+
        out = torch.einsum("bhij,bhjd->bhid", self.dropout(attn), v)
        return self.to_out(out.transpose(1, 2).reshape(b, t, d))
