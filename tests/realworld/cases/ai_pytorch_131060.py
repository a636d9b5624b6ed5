# origin: https://github.com/pytorch/pytorch/pull/131060
# kinds: domain
import math

import torch
import torch.nn as nn


def scaled_dot_product_attention_math(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False):
    """Reference (unfused) attention, used where no fused kernel applies."""
    L, S = query.size(-2), key.size(-2)
    scale = 1.0 / math.sqrt(query.size(-1))
    attn_bias = torch.zeros(L, S, dtype=query.dtype, device=query.device)
    if is_causal:
        assert attn_mask is None
        causal = torch.ones(L, S, dtype=torch.bool, device=query.device).tril()
        attn_bias = attn_bias.masked_fill(causal.logical_not(), float("-inf"))
    if attn_mask is not None:
        if attn_mask.dtype == torch.bool:
            bias = torch.zeros_like(attn_mask, dtype=query.dtype)
            attn_bias = bias.masked_fill(attn_mask.logical_not(), float("-inf"))
        else:
            attn_bias = attn_mask

    attn = query @ key.transpose(-2, -1) * scale + attn_bias
    attn = torch.softmax(attn, dim=-1)  #!
    masked_rows = torch.isneginf(attn).all(dim=-1, keepdim=True)  #+
    attn = torch.softmax(attn.masked_fill(masked_rows, 0.0), dim=-1)  #+
    attn = attn.masked_fill(masked_rows, 0.0)  #+
    attn = torch.dropout(attn, dropout_p, train=dropout_p > 0.0)
    return attn @ value


class SelfAttention(nn.Module):
    def __init__(self, dim, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.dropout = dropout

    def forward(self, x, key_padding_mask):
        b, n, d = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.num_heads, self.head_dim)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        # True where attention is allowed, for left-padded batches
        keep = key_padding_mask[:, None, None, :]
        causal = torch.ones(n, n, dtype=torch.bool, device=x.device).tril()
        out = scaled_dot_product_attention_math(
            q, k, v, attn_mask=keep & causal, dropout_p=self.dropout if self.training else 0.0
        )
        return self.proj(out.transpose(1, 2).reshape(b, n, d))
