"""Activations built on the normal distribution, and functions torch rounds early in half formats."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._pointwise import pointwise
from numsan.ops._select import where
from numsan.ops.activations import minus_abs, sigmoid
from numsan.ops.exact import product, wider
from numsan.ops.gaussian import bell, ndtr, upper_tail


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


_gelu_op = pointwise("gelu", lambda x: _gelu(wider(x)), lambda x: _gelu_slope(wider(x)))
_GAIN, _CUBE = 2 * math.sqrt(2 / math.pi), 0.044715


def _gelu_tanh(x: Tensor) -> Tensor:
    near = x.clamp(-40, 40)
    weight = sigmoid(_GAIN * (near + _CUBE * near * near * near))
    return where(x < 0, _finite(x), x) * weight


def _gelu_tanh_slope(x: Tensor) -> Tensor:
    near = x.clamp(-40, 40)
    u = _GAIN * (near + _CUBE * near * near * near)
    return sigmoid(u) * (1 + near * _GAIN * (1 + 3 * _CUBE * near * near) * sigmoid(-u))


_gelu_tanh_op = pointwise("gelu", lambda x: _gelu_tanh(wider(x)), lambda x: _gelu_tanh_slope(wider(x)))


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    r"""x Phi(x) ("none") or its tanh form x sigma(2u) ("tanh"), right in the negative tail; slopes alike.

    `F.gelu` uses 1 + erf: 57 % wrong at -5.5 and -0 at -6 (float32), NaN at -inf. Expensive: float64 inside;
    the fused kernel of torch is faster by an order of magnitude. Specials: -inf -> -0 with slope 0, inf ->
    inf with slope 1.

    >>> gelu(torch.tensor([-6.0, 1.0])).tolist()
    [-5.919525758457667e-09, 0.8413447737693787]
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu knows approximate='none' and 'tanh', not {approximate=}")
    return (_gelu_op if approximate == "none" else _gelu_tanh_op)(x)


def _mish(x: Tensor) -> Tensor:
    root = torch.exp(-x.abs() / 2)
    e = root * root
    down = _finite(x) * root * (root * (e + 2)) / (e * (e + 2) + 2)
    return where(x < 0, down, x * ((1 + 2 * e) / (1 + 2 * e + 2 * e * e)))


def _mish_slope(x: Tensor) -> Tensor:
    x = x.clamp(-1e4, torch.finfo(x.dtype).max)
    root = torch.exp(minus_abs(x) / 2)
    e = root * root
    below = e * (e + 2) + 2
    above = 1 + 2 * e + 2 * e * e
    down = root * (root * ((e + 2) / below + 4 * x * (e + 1) / below.square()))
    up = (1 + 2 * e) / above + 4 * (x * root) * root * e * (1 + e) / above.square()
    return where(x < 0, down, up)


_mish_op = pointwise("mish", _mish, _mish_slope)


def mish(x: Tensor) -> Tensor:
    r"""x tanh(log(1 + exp(x))) as a rational function of exp(-|x|).

    `F.mish` is NaN at -inf and its bfloat16 gradient is off by 240 ulp. Specials: -inf -> -0, inf -> inf with
    slope 1.

    >>> mish(torch.tensor([-float("inf"), 1.0])).tolist()
    [-0.0, 0.8650984168052673]
    """
    return _mish_op(x)
