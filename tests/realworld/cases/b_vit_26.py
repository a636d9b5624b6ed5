# origin: https://github.com/lucidrains/vit-pytorch/issues/26
# kinds: domain
import torch
from einops import rearrange
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.scale = dim**-0.5
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)

    def forward(self, x, mask=None):
        q, k, v = rearrange(self.to_qkv(x), "b n (qkv h d) -> qkv b h n d", qkv=3, h=self.heads)
        dots = torch.einsum("bhid,bhjd->bhij", q, k) * self.scale
        if mask is not None:
            mask = mask[:, None, :] * mask[:, :, None]
            dots.masked_fill_(~mask[:, None], float("-inf"))  #-
            dots.masked_fill_(~mask[:, None], torch.finfo(dots.dtype).min)  #+
        attn = dots.softmax(dim=-1)  #*
        return torch.einsum("bhij,bhjd->bhid", attn, v)
