# origin: https://github.com/pytorch/pytorch/pull/131060
# kinds: domain
import math
from typing import Optional

import torch
from torch import Tensor, nn


def _convert_boolean_attn_mask(attn_mask: Optional[Tensor], dtype: torch.dtype) -> Optional[Tensor]:
    if attn_mask is None or attn_mask.dtype != torch.bool:
        return attn_mask
    converted = torch.zeros_like(attn_mask, dtype=dtype)
    return converted.masked_fill_(attn_mask.logical_not(), float("-inf"))


def _safe_softmax(scores: Tensor, dim: int) -> Tensor:  #+
    masked_rows = scores.eq(float("-inf")).all(dim=dim, keepdim=True)  #+
    out = torch.softmax(scores.masked_fill(masked_rows, 0.0), dim=dim)  #+
    return out.masked_fill(masked_rows, 0.0)  #+


def scaled_dot_product_attention_math(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Optional[Tensor] = None,
    dropout_p: float = 0.0,
    scale: Optional[float] = None,
) -> Tensor:
    # scaling q and k separately keeps the scores small
    scaling = math.sqrt(scale if scale is not None else 1.0 / math.sqrt(query.size(-1)))
    attn = torch.matmul(query * scaling, (key * scaling).transpose(-2, -1))
    attn_mask = _convert_boolean_attn_mask(attn_mask, query.dtype)
    if attn_mask is not None:
        attn = attn + attn_mask
    attn = torch.softmax(attn, dim=-1)  #!
    attn = _safe_softmax(attn, dim=-1)  #+
    if dropout_p > 0.0:
        attn = torch.dropout(attn, dropout_p, train=True)
    return torch.matmul(attn, value)


class CrossAttention(nn.Module):
    def __init__(self, embed_dim: int, kv_dim: int, num_heads: int, dropout: float = 0.0):
        super().__init__()
        self.num_heads = num_heads
        self.dropout = dropout
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.kv_proj = nn.Linear(kv_dim, 2 * embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, context: Tensor, context_lengths: Tensor) -> Tensor:
        positions = torch.arange(context.size(1), device=context.device)
        visible = positions[None, :] < context_lengths[:, None]
        attn_mask = visible[:, None, None, :].expand(-1, self.num_heads, x.size(1), -1)

        k, v = self.kv_proj(context).chunk(2, dim=-1)
        out = scaled_dot_product_attention_math(
            self._split(self.q_proj(x)),
            self._split(k),
            self._split(v),
            attn_mask=attn_mask,
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.out_proj(out.transpose(1, 2).flatten(2))
