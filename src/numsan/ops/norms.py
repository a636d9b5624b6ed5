"""Euclidean lengths that neither overflow nor underflow on the way, with subgradient 0 at the origin."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops import spreads
from numsan.ops._pointwise import accumulator, floating, pointwise, together, wide
from numsan.ops._select import beyond, non_finite, patch, where
from numsan.ops.lengths import length, power_of_two, quick_length, vector_norm
from numsan.ops.logreduce import Dim, dims
from numsan.ops.normalized import cosine, traceable, unit
from numsan.ops.shares import usable


def safe_norm(x: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    r"""sqrt(sum x^2) along `dim` (all dimensions by default); slope x / norm, 0 at the origin.

    Squares are summed in float64 (float64 itself: scaled by a power of two). `torch.linalg.vector_norm([1e20,
    1])` is inf with gradient 0 in float32 and `[3e-30, 4e-30]` gives 0; `x.pow(2).sum().sqrt()` has a NaN
    gradient at 0. Specials: an empty group -> 0; an infinity -> inf with a nan gradient; nan -> nan.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> x = torch.tensor([3e-30, 4e-30], requires_grad=True)
    >>> safe_norm(x).item(), torch.autograd.grad(safe_norm(x), x)[0].tolist()
    (5.000000...e-30, [0.6000000..., 0.8000000...])

    Reference: Blue, *A portable Fortran program to find the Euclidean norm of a vector*, 1978.
    """
    at = dims(floating("safe_norm", x), dim)
    if not x.numel():
        return wide(x).square().sum(at, keepdim=keepdim).to(x.dtype)
    inner = wide(x)
    norm = (quick_length if usable(x) or traceable(inner) else length)(inner, at).to(x.dtype)
    return norm if keepdim else norm.squeeze(at)


def _hypot_slope(x: Tensor, y: Tensor) -> Tensor:
    """x / hypot(x, y) from the ratio of the smaller to the larger: no square leaves the range."""
    wider = x.abs() >= y.abs()
    large, small = where(wider, x, y), where(wider, y, x)
    ratio = small / where(large == 0, 1.0, large)
    share = where(wider, torch.sign(x), ratio * torch.sign(large))
    return share / (1 + ratio.square()).sqrt()


def _other_hypot_slope(x: Tensor, y: Tensor) -> Tensor:
    return _hypot_slope(y, x)


def _hypot_fused32(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    """No square of a float32 leaves the range of float64."""
    a, b = x.double(), y.double()
    length = (a * a).addcmul_(b, b).sqrt_()
    odd = None if beyond(length, 0.0, 1e40) is None else non_finite(x, y)
    value = patch(length.to(x.dtype), odd, torch.hypot, x, y)
    if not need:
        return (value,)
    inverse = length.clamp_(min=1e-300).reciprocal_()
    slopes = a.mul_(inverse).to(x.dtype), b.mul_(inverse).to(x.dtype)
    return value, patch(slopes[0], odd, _hypot_slope, x, y), patch(slopes[1], odd, _other_hypot_slope, x, y)


def _hypot(x: Tensor, y: Tensor) -> Tensor:
    """The larger times sqrt(1 + ratio^2): the compiler has no vector code for torch.hypot."""
    if not torch.compiler.is_compiling():
        return torch.hypot(x, y)
    large, small = torch.maximum(x.abs(), y.abs()), torch.minimum(x.abs(), y.abs())
    ratio = small / where(large == 0, 1.0, large)
    return where(large == torch.inf, large, large * (1 + ratio.square()).sqrt())


_hypot_op = pointwise("hypot", _hypot, _hypot_slope, _other_hypot_slope, fused32=_hypot_fused32)


def hypot(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""sqrt(x^2 + y^2); slopes x/r and y/r from the ratio of the two, 0 at the origin.

    `torch.hypot` gives the value; its gradient is NaN at the origin and 0 where the result is near overflow.
    The written-out form overflows from 1.8e19 (float32), 256 (float16).
    Expensive under torch.compile: docs/ops/speed.md.

    >>> x, y = (torch.zeros((), requires_grad=True) for _ in range(2))
    >>> [g.item() for g in torch.autograd.grad(hypot(x, y), (x, y))]
    [0.0, 0.0]
    """
    return _hypot_op(x, y)


def normalize(x: Tensor, dim: Dim = -1, eps: float = 0.0) -> Tensor:
    r"""x / max(|x|, eps) along `dim`; the zero vector stays 0 with gradient 0 (eps = 0).

    `F.normalize` gives 0 for [3e20, 4e20], half the length for 5e-13, NaN for a zero vector in float16, and a
    gradient of 1e12 at 0. Every finite nonzero vector comes out with length 1 here unless it is shorter than
    `eps`.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> normalize(torch.tensor([[3e20, 4e20], [3e-40, 4e-40], [0.0, 0.0]])).tolist()
    [[0.6000000..., 0.8000000...], [0.5999991..., 0.8000007...], [0.0, 0.0]]
    """
    if eps < 0:
        raise ValueError(f"normalize needs {eps=} >= 0")
    at = dims(floating("normalize", x), dim)
    if not x.numel():
        return x.clone()
    inner = wide(x)
    if eps == 0 and traceable(inner):
        return unit(inner, at).to(x.dtype)
    scale = power_of_two(inner, at)
    scaled = inner * scale
    norm = vector_norm(scaled, dim=at, keepdim=True, dtype=accumulator(x))
    # Divided by infinity, the zero vector stays 0 and passes no gradient.
    safe = torch.where(norm == 0, torch.inf, torch.maximum(norm, scale.to(norm.dtype) * eps))
    return (scaled / safe.to(scaled.dtype)).to(x.dtype)


def cosine_similarity(x: Tensor, y: Tensor, dim: int = -1) -> Tensor:
    r"""x . y / (|x| |y|) along `dim`, in [-1, 1]; 0 with gradient 0 for a zero vector.

    `F.cosine_similarity` gives 0.14 for parallel vectors of size 1e-9, 0 for 1e20, more than 1 for equal
    vectors and NaN for a zero vector in float16. The clamp keeps the gradient. For the angle use
    `angle_between`.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> cosine_similarity(torch.tensor([1e-9, 1e-9]), torch.tensor([1e20, 1e20])).item()
    1.0
    """
    x, y = together("cosine_similarity", x, y)
    at = dims(x, dim)
    a, b = wide(x), wide(y)
    value = cosine(a, b, at) if traceable(a) else spreads.cosine(a, b, at).squeeze(at)
    return (value + (value.clamp(-1, 1) - value).detach()).to(x.dtype)


def renorm(x: Tensor, dim: int, max_norm: float) -> Tensor:
    r"""Every slice along `dim` scaled down to length `max_norm` if it is longer; shorter ones are unchanged.

    `torch.renorm` gives 0 for slices whose squares overflow (1e20 in float32).

    >>> renorm(torch.full((1, 4), 1e20), 0, 1.0).tolist()
    [[0.5, 0.5, 0.5, 0.5]]
    """
    if not max_norm > 0:
        raise ValueError(f"renorm needs {max_norm=} > 0")
    (slice_dim,) = dims(floating("renorm", x), dim) or (0,)
    at = tuple(i for i in range(x.ndim) if i != slice_dim)
    longer = length(wide(x), at) > max_norm
    return torch.where(longer, (normalize(wide(x), at) * max_norm).to(x.dtype), x)
