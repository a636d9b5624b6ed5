# origin: https://github.com/openvinotoolkit/openvino/pull/37041
# kinds: overflow
import math

import torch
from torch import nn


class CrossAttention(nn.Module):
    """Attention of image latents over the prompt embedding."""

    def __init__(self, query_dim, context_dim, heads=8, dim_head=64):
        super().__init__()
        inner = heads * dim_head
        self.heads = heads
        self.dim_head = dim_head
        self.to_q = nn.Linear(query_dim, inner, bias=False)
        self.to_k = nn.Linear(context_dim, inner, bias=False)
        self.to_v = nn.Linear(context_dim, inner, bias=False)
        self.to_out = nn.Linear(inner, query_dim)

    def _split(self, t):
        b, n, _ = t.shape
        return t.view(b, n, self.heads, self.dim_head).transpose(1, 2)

    def forward(self, x, context, mask=None):
        q = self._split(self.to_q(x))
        k = self._split(self.to_k(context))
        v = self._split(self.to_v(context))

        sim = torch.matmul(q, k.transpose(-1, -2))  #!
        sim = sim / math.sqrt(self.dim_head)  #-
        q, k = q.float(), k.float()  #+
        sim = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(self.dim_head)  #+
        if mask is not None:
            sim = sim.masked_fill(~mask[:, None, None, :], torch.finfo(sim.dtype).min)
        attn = sim.softmax(dim=-1)
        attn = attn.to(v.dtype)  #+
        out = torch.matmul(attn, v).transpose(1, 2).flatten(2)
        return self.to_out(out)


class PromptBlock(nn.Module):
    def __init__(self, dim=320, context_dim=768):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.attn = CrossAttention(dim, context_dim)

    def forward(self, x, context):
        return x + self.attn(self.norm(x), context)


@torch.inference_mode()
def run(block, latents, prompt_embeds):
    block = block.half().eval()
    return block(latents.half(), prompt_embeds.half()).float()
