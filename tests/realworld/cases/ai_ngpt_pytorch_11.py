# origin: https://github.com/lucidrains/nGPT-pytorch/issues/11
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn, einsum


def exists(v):
    return v is not None


def l2norm(t, eps=1e-10):
    return F.normalize(t, dim=-1, eps=eps)


class Attention(nn.Module):
    def __init__(self, dim, *, dim_head=64, heads=8, causal=True):
        super().__init__()
        self.heads = heads
        self.causal = causal
        dim_inner = dim_head * heads
        self.to_q = nn.Linear(dim, dim_inner, bias=False)
        self.to_k = nn.Linear(dim, dim_inner, bias=False)
        self.to_v = nn.Linear(dim, dim_inner, bias=False)
        self.to_out = nn.Linear(dim_inner, dim, bias=False)
        self.qk_scale = nn.Parameter(torch.ones(dim_inner) * dim_head ** 0.25)
        self.attn_scale = dim_head ** 0.5

    def split(self, t):
        b, n, _ = t.shape
        return t.reshape(b, n, self.heads, -1).transpose(1, 2)

    def forward(self, x, mask=None):
        q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
        q, k, v = map(self.split, (q, k, v))
        q, k = map(l2norm, (q, k))
        scale = self.split(self.qk_scale[None, None])
        q, k = q * scale, k * scale

        sim = einsum('b h i d, b h j d -> b h i j', q, k) * self.attn_scale
        n = sim.shape[-1]
        keep = torch.ones((1, 1, n, n), dtype=torch.bool, device=x.device)
        if self.causal:
            keep = keep.tril()
        if exists(mask):
            keep = keep & mask[:, None]
        keep = keep | ~keep.any(dim=-1, keepdim=True)  #+
        sim = sim.masked_fill(~keep, float('-inf'))
        attn = sim.softmax(dim=-1)  #*
        out = einsum('b h i j, b h j d -> b h i d', attn, v)
        out = out.transpose(1, 2).flatten(2)
        return self.to_out(out)


class TinyGPT(nn.Module):
    def __init__(self, num_tokens, dim=128, depth=2):
        super().__init__()
        self.emb = nn.Embedding(num_tokens, dim)
        self.layers = nn.ModuleList([Attention(dim) for _ in range(depth)])
        self.to_logits = nn.Linear(dim, num_tokens, bias=False)

    def forward(self, ids, mask, labels):
        """mask: (batch, n, n), True where attending is allowed; labels: -100 on padding"""
        x = self.emb(ids)
        for attn in self.layers:
            x = l2norm(x + l2norm(attn(x, mask=mask)))
        return F.cross_entropy(self.to_logits(x).transpose(1, 2), labels, ignore_index=-100)
