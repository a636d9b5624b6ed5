"""Saturating functions whose gradient comes from the input, so that it does not vanish where the output
rounds to 1."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_products
from numsan.ops._pointwise import pointwise
from numsan.ops._select import beyond, patch, where
from numsan.ops._series import expm1 as expm1_value

_FAR = {torch.float32: 87.0, torch.float64: 708.0}  # torch.sigmoid is 0 soon after -_FAR


def _sigmoid(x: Tensor) -> Tensor:
    e = torch.exp(-x.abs())
    return where(x < 0, e, 1.0) / (1 + e)


def logistic(x: Tensor) -> Tensor:
    """torch.sigmoid, for which far out on the left exp(x) takes over; on values only, on the CPU."""
    return patch(torch.sigmoid(x), beyond(x, -_FAR[x.dtype], math.inf), torch.exp, x)


def minus_abs(x: Tensor) -> Tensor:
    """-|x| with the one-sided derivative -1 at 0, so that derivatives of slopes are right at 0 too."""
    return where(x < 0, x, -x) if torch.is_grad_enabled() else x.abs().neg_()


def _sigmoid_slope(x: Tensor) -> Tensor:
    e = torch.exp(minus_abs(x))
    return e / (1 + e).square()


def _sigmoid_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    y = logistic(x)
    if not need:
        return (y,)
    far = beyond(x, -_FAR[x.dtype], _FAR[x.dtype])
    return y, patch(torch.neg(x).sigmoid_().mul_(y), far, _sigmoid_slope, x)


_sigmoid_op = pointwise("sigmoid", _sigmoid, _sigmoid_slope, fused=_sigmoid_fused)


def sigmoid(x: Tensor) -> Tensor:
    r"""1 / (1 + exp(-x)), with slope $e/(1+e)^2$, $e=e^{-|x|}$.

    `torch.sigmoid` has the slope y(1-y), which is 0 from 17 (float32) and from 6.3 (bfloat16).
    Specials: -inf -> 0, inf -> 1, slopes 0.

    >>> x = torch.tensor(20.0, requires_grad=True)
    >>> torch.autograd.grad(sigmoid(x), x)[0].item()
    2.06115369216775e-09
    """
    return _sigmoid_op(x)


def _tanh_slope(x: Tensor) -> Tensor:
    e = torch.exp(2 * minus_abs(x))
    return 4 * e / (1 + e).square()


def _tanh_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    y = torch.tanh(x)
    if not need:
        return (y,)
    twice = 2 * x
    far = beyond(twice, -_FAR[x.dtype], _FAR[x.dtype])
    share = torch.sigmoid(twice)
    return y, patch(twice.neg_().sigmoid_().mul_(share).mul_(4), far, _tanh_slope, x)


_tanh_op = pointwise("tanh", torch.tanh, _tanh_slope, fused=_tanh_fused)


def tanh(x: Tensor) -> Tensor:
    r"""tanh(x), with slope $4e/(1+e)^2$, $e=e^{-2|x|}$.

    `torch.tanh` has the slope 1 - y^2, which is 0 from 9.1 (float32) and from 3.5 (bfloat16).
    Specials: +-inf -> +-1, slopes 0.

    >>> x = torch.tensor(10.0, requires_grad=True)
    >>> torch.autograd.grad(tanh(x), x)[0].item()
    8.244614768671e-09
    """
    return _tanh_op(x)


_expm1_op = pointwise("expm1", expm1_value, torch.exp)


def expm1(x: Tensor) -> Tensor:
    r"""exp(x) - 1, with slope exp(x).

    `torch.expm1` has the slope result + 1, which is 0 below -17 (float32) and below -6.2 (bfloat16).
    Specials: -inf -> -1 with slope 0.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> x = torch.tensor(-20.0, requires_grad=True)
    >>> torch.autograd.grad(expm1(x), x)[0].item()
    2.06115369216775e-09
    """
    return _expm1_op(x)


def _silu(x: Tensor) -> Tensor:
    # exp(-|x|) is used as a square of roots: x * exp(x) is normal where exp(x) is not. The clamp is for -inf.
    root = torch.exp(-0.5 * x.abs())
    x = x.clamp(min=torch.finfo(x.dtype).min)
    return where(x < 0, x * root * root, x) / (1 + root * root)


def _silu_slope(x: Tensor) -> Tensor:
    # sigma(x) (1 + x sigma(-x)); at either infinity the product is 0 although one factor is not finite.
    x = x.clamp(torch.finfo(x.dtype).min, torch.finfo(x.dtype).max)
    root = torch.exp(0.5 * minus_abs(x))
    other = where(x < 0, x, x * root * root) / (1 + root * root)
    return where(x < 0, root * (root * (1 + other)), 1 + other) / (1 + root * root)


def _silu_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    share = torch.sigmoid(x)
    far = beyond(x, -_FAR[x.dtype], torch.finfo(x.dtype).max)
    y = patch(share * x, far, _silu, x)
    if not need:
        return (y,)
    slope = torch.neg(x).sigmoid_().mul_(x).add_(1).mul_(share)
    return y, patch(slope, far, _silu_slope, x)


_silu_op = pointwise(
    "silu",
    _silu,
    _silu_slope,
    fused=_silu_fused,
    vector32=(vector_products.silu, vector_products.silu_slope),
)


def silu(x: Tensor) -> Tensor:
    r"""x / (1 + exp(-x)); slope $\sigma(x)(1+x\,\sigma(-x))$.

    `F.silu` is NaN at -inf, has a NaN slope at inf, and flushes to 0 below -88.7 (float32).
    Specials: -inf -> -0 with slope 0, inf -> inf with slope 1.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> silu(torch.tensor([-float("inf"), 1.0])).tolist()
    [-0.0, 0.7310585...]
    """
    return _silu_op(x)
