# origin: https://github.com/pytorch/pytorch/pull/60940
# kinds: loss-scale overflow
import math
from typing import Optional

import torch
import torch.nn as nn


def _scaled_dot_product_attention(q, k, v, attn_mask: Optional[torch.Tensor] = None, dropout_p: float = 0.0):
    B, Nt, E = q.shape
    q = q / math.sqrt(E)
    # (B, Nt, E) x (B, E, Ns) -> (B, Nt, Ns)
    attn = torch.bmm(q, k.transpose(-2, -1))  #!
    attn = torch.bmm(q.float(), k.float().transpose(-2, -1))  #+
    if attn_mask is not None:
        attn += attn_mask
    attn = torch.softmax(attn, dim=-1)
    attn = attn.to(v.dtype)  #+
    if dropout_p > 0.0:
        attn = torch.nn.functional.dropout(attn, p=dropout_p)
    output = torch.bmm(attn, v)
    return output, attn


class MultiheadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.in_proj = nn.Linear(embed_dim, 3 * embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, attn_mask=None):
        B, N, E = x.shape
        q, k, v = self.in_proj(x).chunk(3, dim=-1)
        q, k, v = (
            t.reshape(B, N, self.num_heads, -1).transpose(1, 2).reshape(B * self.num_heads, N, -1) for t in (q, k, v)
        )
        out, _ = _scaled_dot_product_attention(q, k, v, attn_mask)
        out = out.reshape(B, self.num_heads, N, -1).transpose(1, 2).reshape(B, N, E)
        return self.out_proj(out)


def run_inference(hidden_states, embed_dim=512, num_heads=8):
    layer = MultiheadAttention(embed_dim, num_heads).half().eval()
    with torch.no_grad():
        return layer(hidden_states.half())
