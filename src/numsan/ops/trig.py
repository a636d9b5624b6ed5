"""Inverse circular and hyperbolic functions with slopes that neither cancel nor overflow."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops import vector_forms
from numsan.ops._pointwise import pointwise
from numsan.ops._select import where
from numsan.ops._series import acosh as acosh_value
from numsan.ops._series import atanh as atanh_value


def _rim(x: Tensor) -> Tensor:
    """sqrt(1 - x^2), kept above the square root of half an epsilon, which no argument below 1 reaches."""
    size = x.abs()
    total, rest = 1 + size, 1 - size
    # 1 - |x| is exact above 1/2; what 1 + |x| rounds away is put back.
    square = where(size < 0.5, 1 - x * x, rest * total + rest * (size - (total - 1)))
    return square.clamp(min=torch.finfo(x.dtype).eps / 2).sqrt()


def _arc_slope(x: Tensor) -> Tensor:
    size = x.abs()
    square = (1 - size).mul_(size.add_(1))
    return square.clamp_(min=torch.finfo(x.dtype).eps / 2).sqrt_().reciprocal_()


def _acos_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    return (torch.acos(x), _arc_slope(x).neg_()) if need else (torch.acos(x),)


def _asin_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    return (torch.asin(x), _arc_slope(x)) if need else (torch.asin(x),)


_acos_op = pointwise("acos", torch.acos, lambda x: -1 / _rim(x), fused=_acos_fused)
_asin_op = pointwise("asin", torch.asin, lambda x: 1 / _rim(x), fused=_asin_fused)


def acos(x: Tensor) -> Tensor:
    r"""arccos(x), with slope $-1/\sqrt{(1-x)(1+x)}$, finite at the ends.

    `torch.acos` has slope -inf at 1 and is off by 46 ulp near it. At +-1 the slope is that of half an epsilon
    inside (4096 in float32). Specials: outside [-1, 1] -> nan. For the angle of two vectors use
    `angle_between`.

    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> torch.autograd.grad(acos(x), x)[0].item()
    -4096.0
    """
    return _acos_op(x)


def asin(x: Tensor) -> Tensor:
    r"""arcsin(x), with slope $1/\sqrt{(1-x)(1+x)}$, finite at the ends as in `acos`.

    >>> x = torch.tensor(-1.0, requires_grad=True)

    >>> torch.autograd.grad(asin(x), x)[0].item()
    4096.0
    """
    return _asin_op(x)


def _acosh_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    y = torch.acosh(x)
    return (y, (x - 1).sqrt_().mul_((x + 1).sqrt_()).reciprocal_()) if need else (y,)


def _atanh_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    y = torch.atanh(x)
    return (y, (1 - x).mul_(x + 1).reciprocal_()) if need else (y,)


_acosh_op = pointwise(
    "acosh", acosh_value, lambda x: 1 / ((x - 1).sqrt() * (x + 1).sqrt()), pole=True, fused=_acosh_fused
)
_asinh_op = pointwise(
    "asinh",
    torch.asinh,
    lambda x: 1 / torch.hypot(x, torch.ones_like(x)),
    vector32=(torch.asinh, vector_forms.asinh_slope),
)
_atanh_op = pointwise("atanh", atanh_value, lambda x: 1 / ((1 - x) * (1 + x)), pole=True, fused=_atanh_fused)


def acosh(x: Tensor) -> Tensor:
    r"""arcosh(x) for x >= 1, with slope $1/(\sqrt{x-1}\sqrt{x+1})$.

    `torch.acosh` squares x: slope 0 from 256 (float16) and 1.9e19 (float32). Specials: 1 -> 0 with slope inf.

    >>> x = torch.tensor(1e20, requires_grad=True)
    >>> torch.autograd.grad(acosh(x), x)[0].item()
    9.999999682655225e-21
    """
    return _acosh_op(x)


def asinh(x: Tensor) -> Tensor:
    r"""arsinh(x), with slope 1/hypot(1, x).

    `torch.asinh` squares x: slope 0 from 256 (float16) and 1.9e19 (float32).

    >>> x = torch.tensor(1e20, requires_grad=True)
    >>> torch.autograd.grad(asinh(x), x)[0].item()
    9.999999682655225e-21
    """
    return _asinh_op(x)


def atanh(x: Tensor) -> Tensor:
    r"""artanh(x) for |x| <= 1, with slope 1/((1 - x)(1 + x)).

    `torch.atanh` forms 1 - x^2: 110 ulp near 1 (float32). Specials: +-1 -> +-inf with slope inf.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> x = torch.tensor(0.9999999, requires_grad=True)

    >>> torch.autograd.grad(atanh(x), x)[0].item()
    4194304.5
    """
    return _atanh_op(x)


def _over_square(part: Tensor, other: Tensor) -> Tensor:
    """part / (part^2 + other^2), 0 at the origin."""
    largest = torch.finfo(part.dtype).max
    r = torch.hypot(part, other)
    # A subnormal radius has few digits: measure it 2^64 times larger.
    up = where(r < torch.finfo(r.dtype).tiny * 1e10, torch.full_like(r, 2.0**64), 1.0)
    r = torch.hypot(part * up, other * up)
    safe = where(r == 0, 1.0, r)
    return (part.clamp(-largest, largest) * up / safe) / safe * up


def _atan2_fused32(need: bool, y: Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """No square of a float32 leaves the range of float64."""
    value = torch.atan2(y, x)
    if not need:
        return (value,)
    a, b = (t.double().clamp_(-1e150, 1e150) for t in (x, y))
    inverse = (a * a).addcmul_(b, b).clamp_(min=1e-300).reciprocal_()
    return value, a.mul_(inverse), b.mul_(inverse).neg_()


def _vector_slope(y: Tensor, x: Tensor) -> Tensor:
    return vector_forms.over_square(x, y)


def _other_vector_slope(y: Tensor, x: Tensor) -> Tensor:
    return -vector_forms.over_square(y, x)


_atan2_op = pointwise(
    "atan2",
    torch.atan2,
    lambda y, x: _over_square(x, y),
    lambda y, x: -_over_square(y, x),
    fused32=_atan2_fused32,
    vector32=(torch.atan2, _vector_slope, _other_vector_slope),
)


def atan2(y: Tensor | float, x: Tensor | float) -> Tensor:
    r"""The angle of (x, y), with slopes $(x/r)/r$ and $-(y/r)/r$, $r=\mathrm{hypot}(x,y)$; slopes 0 at the
    origin.

    `torch.atan2` divides by x^2 + y^2: infinite below 2e-3 in float16, 1e-23 in float32, and NaN at the
    origin.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> y = torch.tensor(1e-30, requires_grad=True)
    >>> torch.autograd.grad(atan2(y, 1e-30), y)[0].item()
    5.000000075237331e+29
    """
    return _atan2_op(y, x)
