"""Activations built on the normal distribution, and functions torch rounds early in half formats."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_forms, vector_tails
from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import pointwise
from numsan.ops._select import beyond, patch, where
from numsan.ops.activations import minus_abs, sigmoid
from numsan.ops.exact import product, wider
from numsan.ops.gaussian import bell, ndtr, tail_and_bell32, upper_tail


def _finite(x: Tensor) -> Tensor:
    return x.clamp(torch.finfo(x.dtype).min, torch.finfo(x.dtype).max)


def _far_left(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Below -30: two factors of phi(x), which may itself be subnormal, and S in Phi(x) = phi(x) S/|x|."""
    far = where(x < -30, x, -30.0).clamp(min=-40)
    square, error = product(far, far)
    root = torch.exp(-square / 4)
    y = 1 / far.square()
    series = 1 - y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y * (1 - 9 * y * (1 - 11 * y)))))
    return root * (1 - error / 2) / math.sqrt(2 * math.pi), root, series


def _gelu(x: Tensor) -> Tensor:
    body = where(x < 0, _finite(x), x) * upper_tail(-x)
    one, other, series = _far_left(x)
    return where(x < -30, -series * one * other, body)


def _gelu_slope(x: Tensor) -> Tensor:
    near = x.clamp(-40, 40)
    one, other, series = _far_left(x)
    tail = (near - series / near.clamp(max=-30)) * one * other
    return where(x < -30, tail, ndtr(near) + near * bell(near) / math.sqrt(2 * math.pi))


def _wide_gelu(x: Tensor) -> Tensor:
    return _gelu(wider(x))


def _wide_gelu_slope(x: Tensor) -> Tensor:
    return _gelu_slope(wider(x))


def _gelu_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """float64 only from where Phi is subnormal on, and at infinity."""
    far = beyond(x, -12.5, torch.finfo(x.dtype).max)
    share, density = tail_and_bell32(-x, need)
    value = patch(share * x, far, _wide_gelu, x)
    if not need:
        return (value,)
    return value, patch(density.mul_(x).add_(share).to(x.dtype), far, _wide_gelu_slope, x)


_gelu_op = pointwise(
    "gelu",
    _wide_gelu,
    _wide_gelu_slope,
    fused32=in_pieces(_gelu_fused32),
    vector32=(vector_tails.gelu, vector_tails.gelu_slope),
)
_GAIN, _CUBE = 2 * math.sqrt(2 / math.pi), 0.044715
_GAIN_REST, _CUBE_REST = -9.96930880911092e-17, 2.1960211427085595e-18


def _argument(x: Tensor) -> tuple[Tensor, Tensor]:
    """2 sqrt(2/pi) (x + 0.044715 x^3) and its rounding error: exp multiplies it by the size of the argument."""
    square, e = product(x, x)
    bent, e_bent = product(square, torch.full_like(x, _CUBE))
    total = 1 + bent
    e_total = (1 - (total - bent)) + (bent - (total - (total - bent)))
    e_total = e_total + e_bent + _CUBE * e + _CUBE_REST * square
    cubic, e_cubic = product(x, total)
    u, e_u = product(cubic, torch.full_like(x, _GAIN))
    return u, e_u + _GAIN * (e_cubic + x * e_total) + _GAIN_REST * cubic


def _weights(x: Tensor) -> tuple[Tensor, Tensor]:
    """sigmoid of the argument and of its negative."""
    u, error = _argument(x)
    up, down = sigmoid(u), sigmoid(-u)
    return up * (1 + error * down), down * (1 - error * up)


def _gelu_tanh(x: Tensor) -> Tensor:
    near = x.clamp(-40, 40)
    weight, _ = _weights(near)
    # Far out sigma(u) = exp(u) is subnormal where its product with x is not.
    u, error = _argument(near)
    root = torch.exp(u / 2)
    body = where(x < 0, _finite(x), x) * weight
    return where(u < -600, root * (root * (near * (1 + error))), body)


def _gelu_tanh_slope(x: Tensor) -> Tensor:
    near = x.clamp(-40, 40)
    up, down = _weights(near)
    factor = 1 + near * _GAIN * (1 + 3 * _CUBE * near * near) * down
    # Far out sigma(u) = exp(u) is subnormal where its product with the factor is not.
    u, error = _argument(near)
    root = torch.exp(u / 2)
    return where(u < -600, root * (root * (factor * (1 + error))), up * factor)


def _gelu_tanh_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64, where torch's sigmoid has range and digits enough."""
    wide = x.double().clamp_(-40, 40)
    square = wide * wide
    u = (square * _CUBE).add_(1).mul_(wide).mul_(_GAIN)
    share = torch.sigmoid(u)
    value = (share * x).to(x.dtype) if beyond(x, -40.0, 40.0) is None else _gelu_tanh(x.double()).to(x.dtype)
    if not need:
        return (value,)
    slope = square.mul_(3 * _CUBE).add_(1).mul_(wide).mul_(_GAIN).mul_(u.neg_().sigmoid_())
    return value, slope.add_(1).mul_(share)


_gelu_tanh_op = pointwise(
    "gelu",
    lambda x: _gelu_tanh(wider(x)),
    lambda x: _gelu_tanh_slope(wider(x)),
    fused32=in_pieces(_gelu_tanh_fused32),
    vector32=(vector_forms.gelu_tanh, vector_forms.gelu_tanh_slope),
)


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    r"""x Phi(x) ("none") or its tanh form x sigma(2u) ("tanh"), right in the negative tail; slopes alike.

    `F.gelu` uses 1 + erf: 57 % wrong at -5.5 and -0 at -6 (float32), NaN at -inf. The fused kernel of torch
    is faster by an order of magnitude. Specials: -inf -> -0 (+0 under torch.compile in float32) with slope 0,
    inf -> inf with slope 1.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> gelu(torch.tensor([-6.0, 1.0])).tolist()
    [-5.91952...e-09, 0.84134...]
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu knows approximate='none' and 'tanh', not {approximate=}")
    return (_gelu_op if approximate == "none" else _gelu_tanh_op)(x)


def _mish(x: Tensor) -> Tensor:
    root = torch.exp(-0.5 * x.abs())
    e = root * root
    down = _finite(x) * root * (root * (e + 2)) / (e * (e + 2) + 2)
    return where(x < 0, down, x * ((1 + 2 * e) / (1 + 2 * e + 2 * e * e)))


def _mish_slope(x: Tensor) -> Tensor:
    x = x.clamp(-1e4, torch.finfo(x.dtype).max)
    root = torch.exp(0.5 * minus_abs(x))
    e = root * root
    below = e * (e + 2) + 2
    above = 1 + 2 * e + 2 * e * e
    down = root * (root * ((e + 2) / below + 4 * x * (e + 1) / below.square()))
    up = (1 + 2 * e) / above + 4 * (x * root) * root * e * (1 + e) / above.square()
    return where(x < 0, down, up)


def _mish_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64, where exp(x) and its square have range enough."""
    wide = x.double().clamp_(-1000, 1000)
    e = wide.clamp(max=40).exp_()
    part = (e + 2).mul_(e)
    inverse = (part + 2).reciprocal_()
    share = part.mul_(inverse)
    value = (share * x.clamp(min=-1000)).to(x.dtype)
    if not need:
        return (value,)
    slope = inverse.mul_(inverse).mul_(wide.mul_(4)).mul_((e + 1).mul_(e))
    return value, slope.add_(share)


_mish_op = pointwise("mish", _mish, _mish_slope, fused32=_mish_fused32)


def mish(x: Tensor) -> Tensor:
    r"""x tanh(log(1 + exp(x))) as a rational function of exp(-|x|).

    `F.mish` is NaN at -inf and its bfloat16 gradient is off by 240 ulp. Specials: -inf -> -0, inf -> inf with
    slope 1.

    >>> mish(torch.tensor([-float("inf"), 1.0])).tolist()
    [-0.0, 0.8650984168052673]
    """
    return _mish_op(x)
