"""Attention whose masks may hide a whole row and whose scores cannot overflow."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._pointwise import floating, wide
from numsan.ops.lengths import power_of_two
from numsan.ops.normalization import rms_norm
from numsan.ops.softmaxes import soft_cap, softmax


def mask_constant(dtype: torch.dtype) -> float:
    r"""The number to add to a score to hide it, half the most negative of the format.

    Finite, so that a fully hidden row is no NaN; half, so that adding a score (or a second mask) does not
    make it -inf. A row with only such scores attends uniformly: use boolean masks with `attention` to get 0.
    -1e9 is -inf in float16.

    >>> mask_constant(torch.float16), mask_constant(torch.float32)
    (-32752.0, -1.7014117331926443e+38)
    """
    if not dtype.is_floating_point:
        raise TypeError(f"mask_constant needs a floating-point format, got {dtype}")
    return torch.finfo(dtype).min / 2


def _scores(q: Tensor, k: Tensor, scale: float) -> Tensor:
    """q.k * scale in float32, each side first brought to moderate size, so that no product overflows on the
    way."""
    a, b = (power_of_two(t, (-1,)) for t in (q, k))
    raw = (q * a * scale) @ (k * b).transpose(-1, -2)
    return (raw / a / b.transpose(-1, -2)).clamp(
        torch.finfo(raw.dtype).min / 2, torch.finfo(raw.dtype).max / 2
    )


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    *,
    causal: bool = False,
    scale: float | None = None,
    softcap: float | None = None,
) -> Tensor:
    r"""softmax(scale q k^T) v for (..., n, d), (..., m, d), (..., m, e); a row that may see nothing is 0.

    `mask` is True where a query may look. Scores and softmax are formed in float32: q.k of float16 overflows
    at 65504. `F.scaled_dot_product_attention` is NaN where |q.k| overflows (1e20 in float32), and its
    additive masks of finfo.min attend uniformly to what is hidden. It is faster: use it where no row is empty
    and scores are moderate. Memory O(n m). `causal` aligns the last query with the last key.

    >>> q, v = torch.full((1, 4), 1e20), torch.tensor([[2.0], [4.0]])
    >>> attention(q, torch.full((2, 4), 1e20), v).tolist()
    [[3.0]]
    """
    q, k, v = (floating("attention", t) for t in (q, k, v))
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(f"attention: shapes {tuple(q.shape)}, {tuple(k.shape)}, {tuple(v.shape)} do not fit")
    if mask is not None and mask.dtype != torch.bool:
        raise TypeError(f"attention needs a boolean mask (True = may look), got {mask.dtype}")
    n, m = q.shape[-2], k.shape[-2]
    if causal:
        triangle = torch.ones(n, m, dtype=torch.bool, device=q.device).tril(m - n)
        mask = triangle if mask is None else mask & triangle
    with torch.autocast(q.device.type, enabled=False):
        scores = _scores(wide(q), wide(k), 1 / math.sqrt(q.shape[-1]) if scale is None else scale)
        scores = scores if softcap is None else soft_cap(scores, softcap)
        weights = softmax(scores, -1, mask=mask)
        return (weights @ wide(v)).to(v.dtype)


def qk_norm(
    q: Tensor, k: Tensor, q_gain: Tensor | None = None, k_gain: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    r"""Queries and keys at unit RMS along the last dimension: |scale q.k| <= sqrt(d) times the gains.

    Bounds attention logits by construction. Reference: Henry et al., *Query-key normalization*, 2020;
    Dehghani et al., *Scaling vision transformers to 22 billion parameters*, 2023.

    >>> q, k = qk_norm(torch.tensor([3e20, 4e20]), torch.tensor([0.0, 2.0]))
    >>> (q @ k).item()
    1.599999...
    """
    floating("qk_norm", q)
    return rms_norm(q, q.shape[-1], q_gain), rms_norm(k, k.shape[-1], k_gain)


@torch.no_grad()
def qk_clip_(
    query_weight: Tensor, key_weight: Tensor, largest_logit: Tensor | float, threshold: float = 100.0
) -> float:
    r"""Scale both projections of a head by sqrt(threshold / largest logit) if it was larger; returns the
    factor.

    To be called after an optimizer step with the largest attention logit seen in the step; in place. A logit
    that is not finite changes nothing and returns nan: the step is broken, not the head. Reference: Kimi
    team, *Kimi K2*, 2025 (QK-clip).

    >>> w = torch.ones(2, 2)
    >>> qk_clip_(w, torch.ones(2, 2), 400.0), w[0, 0].item()
    (0.5, 0.5)
    """
    if not threshold > 0:
        raise ValueError(f"qk_clip_ needs {threshold=} > 0")
    largest = float(largest_logit)
    if not math.isfinite(largest):
        return math.nan
    factor = math.sqrt(threshold / largest) if largest > threshold else 1.0
    if factor < 1:
        query_weight.mul_(factor)
        key_weight.mul_(factor)
    return factor
