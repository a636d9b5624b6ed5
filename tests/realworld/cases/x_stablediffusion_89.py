# origin: https://github.com/Stability-AI/stablediffusion/pull/89
# kinds: overflow loss-scale
import torch
import torch.nn as nn
from torch import einsum


class CrossAttention(nn.Module):
    def __init__(self, query_dim, context_dim=None, heads=8, dim_head=64):
        super().__init__()
        inner_dim = dim_head * heads
        context_dim = context_dim or query_dim
        self.scale = dim_head ** -0.5
        self.heads = heads
        self.to_q = nn.Linear(query_dim, inner_dim, bias=False)
        self.to_k = nn.Linear(context_dim, inner_dim, bias=False)
        self.to_v = nn.Linear(context_dim, inner_dim, bias=False)
        self.to_out = nn.Linear(inner_dim, query_dim)

    def split_heads(self, t):
        b, n, _ = t.shape
        t = t.reshape(b, n, self.heads, -1).transpose(1, 2)
        return t.reshape(b * self.heads, n, -1)

    def forward(self, x, context=None):
        context = x if context is None else context
        q = self.split_heads(self.to_q(x))
        k = self.split_heads(self.to_k(context))
        v = self.split_heads(self.to_v(context))

        sim = einsum("b i d, b j d -> b i j", q, k) * self.scale  #!
        sim = einsum("b i d, b j d -> b i j", q.float(), k.float()) * self.scale  #+
        attn = sim.softmax(dim=-1)
        attn = attn.to(v.dtype)  #+
        out = einsum("b i j, b j d -> b i d", attn, v)

        bh, n, d = out.shape
        out = out.reshape(bh // self.heads, self.heads, n, d).transpose(1, 2)
        return self.to_out(out.reshape(bh // self.heads, n, self.heads * d))


def load_attention(state_dict, query_dim=1024, device="cuda"):
    layer = CrossAttention(query_dim)
    layer.load_state_dict(state_dict)
    return layer.to(device).half().eval()


@torch.no_grad()
def run_block(layer, latents):
    return latents.half() + layer(latents.half())
