# origin: https://github.com/pytorch/pytorch/pull/131060
# kinds: domain
import math

import torch


def _prepare_bias(attn_mask, L, S, is_causal, dtype, device):
    bias = torch.zeros(L, S, dtype=dtype, device=device)
    if is_causal:
        assert attn_mask is None
        keep = torch.ones(L, S, dtype=torch.bool, device=device).tril(diagonal=0)
        bias = bias.masked_fill(~keep, float("-inf"))
    elif attn_mask is not None:
        if attn_mask.dtype == torch.bool:
            bias = bias.masked_fill(~attn_mask, float("-inf"))
        else:
            bias = bias + attn_mask
    return bias


def _safe_softmax(scores, dim=-1):  #+
    empty = (scores == float("-inf")).all(dim=dim, keepdim=True)  #+
    probs = torch.softmax(scores.masked_fill(empty, 0.0), dim=dim)  #+
    return probs.masked_fill(empty, 0.0)  #+


def scaled_dot_product_attention_math(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None
):
    """Decomposition used when no fused kernel applies."""
    L, S = query.size(-2), key.size(-2)
    scale_factor = 1 / math.sqrt(query.size(-1)) if scale is None else scale
    attn_bias = _prepare_bias(attn_mask, L, S, is_causal, query.dtype, query.device)
    attn = query @ key.transpose(-2, -1) * scale_factor
    attn = attn + attn_bias
    attn = torch.softmax(attn, dim=-1)  #!
    attn = _safe_softmax(attn, dim=-1)  #+
    if dropout_p > 0.0:
        attn = torch.dropout(attn, dropout_p, train=True)
    return attn @ value


class CrossAttention(torch.nn.Module):
    def __init__(self, dim, context_dim, heads=4):
        super().__init__()
        self.heads = heads
        self.to_q = torch.nn.Linear(dim, dim, bias=False)
        self.to_kv = torch.nn.Linear(context_dim, 2 * dim, bias=False)
        self.to_out = torch.nn.Linear(dim, dim)

    def _heads(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, context, context_lengths=None):
        q = self._heads(self.to_q(x))
        k, v = map(self._heads, self.to_kv(context).chunk(2, dim=-1))
        mask = None
        if context_lengths is not None:
            steps = torch.arange(context.size(1), device=context.device)
            mask = (steps < context_lengths[:, None])[:, None, None, :]
            mask = mask.expand(-1, 1, x.size(1), -1)
        out = scaled_dot_product_attention_math(q, k, v, attn_mask=mask)
        return x + self.to_out(out.transpose(1, 2).flatten(2))
