"""The scaled complementary error function with its own derivative."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_tails
from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import pointwise
from numsan.ops._select import beyond, patch, where
from numsan.ops._series import horner
from numsan.ops.exact import product, wider
from numsan.ops.exponential_tables import exp_pair, top_bits

_TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)

# Chebyshev coefficients of (1 + x)^2 (2/sqrt(pi) - 2 x erfcx(x)) in (x - 2)/(x + 2), fitted here with mpmath.
_CHEBYSHEV = (
    0.9067823497495414,
    -0.319239555589151,
    -0.057752874037113246,
    0.039000833668611484,
    -0.003040572549945349,
    -0.0019447565192787894,
    0.0003105060491478503,
    9.421283049876061e-05,
    -1.5526738790256392e-05,
    -5.900012510929789e-06,
    4.817805308612158e-07,
    3.962668031502453e-07,
    1.5079085852022447e-08,
    -2.3290324846166525e-08,
    -4.444274402556616e-09,
    8.517292574730952e-10,
    4.6130953184847814e-10,
    2.7187698765978182e-11,
    -2.832786292783552e-11,
    -8.13888162250458e-12,
    3.3707129144983244e-13,
    7.190092567973157e-13,
    1.5018437319405401e-13,
    -2.034582133185287e-14,
    -1.7895057616060604e-14,
    -3.1680407297381948e-15,
    6.508655624577979e-16,
    4.661303196086674e-16,
    8.053499098966922e-17,
    -1.762298983217635e-17,
    -1.287579612135879e-17,
)


_ROOT_PI_INVERSE = (0.5641895835477563, 7.66772980658294e-18)
_FAR = 26.0


def _remainder(x: Tensor) -> Tensor:
    """1 - sqrt(pi) x erfcx(x) for x >= 26: y - 3y^2 + 15y^3 - ..., y = 1/(2x^2)."""
    y = 0.5 / x / x
    return y * horner((-10395.0, 945.0, -105.0, 15.0, -3.0, 1.0), y)


def _far(x: Tensor) -> Tensor:
    leading, rest = (c / x for c in _ROOT_PI_INVERSE)
    return leading - (leading * _remainder(x) - rest)


def _erfcx(x: Tensor) -> Tensor:
    # The product of exp and erfc, whose factors are better than torch's scaled form (7 ulp).
    near = x.clamp(-26.64, _FAR)
    square, error = product(near, near)
    grown = torch.exp(square)
    folded, rest = product(grown, torch.erfc(near))
    # erfc is 2 on the left, where splitting the exponential would overflow
    middle = where(x < -6, 2 * (grown + grown * error), folded + (rest + folded * error))
    return where(x < _FAR, middle, _far(x.clamp(min=_FAR)))


def _erfcx_slope(x: Tensor) -> Tensor:
    """2x erfcx(x) - 2/sqrt(pi), which cancels for x > 0 and is a fitted series there."""
    right = x.clamp(min=0)
    u = where(x == torch.inf, 1.0, (right - 2) / (right + 2))
    before, last = torch.zeros_like(x), torch.zeros_like(x)
    for c in reversed(_CHEBYSHEV[1:]):
        last, before = 2 * u * last - before + c, last
    series = u * last - before + _CHEBYSHEV[0]
    left = x.clamp(max=0)
    return where(x > 0, -series / (1 + right) / (1 + right), 2 * left * erfcx(left) - _TWO_OVER_ROOT_PI)


def _wide(x: Tensor) -> Tensor:
    return _erfcx(wider(x))


def _wide_slope(x: Tensor) -> Tensor:
    return _erfcx_slope(wider(x))


def _fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """float64: the product rounded once."""
    odd = beyond(x, -26.0, _FAR)
    near = x.clamp(-_FAR, _FAR)
    high, low = exp_pair(*product(near, near))
    share = torch.erfc(near)
    first = top_bits(share)
    value = (share - first).mul_(high).addcmul_(low, share).addcmul_(high, first)
    value = patch(value, odd, _erfcx, x)
    return (value, _erfcx_slope(x)) if need else (value,)


def _fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64 the product and the difference of the slope have digits enough for float32."""
    odd = beyond(x, -_FAR, _FAR)
    near = x.double().clamp_(-_FAR, _FAR)
    wide = near.square().exp_().mul_(torch.erfc(near))
    value = patch(wide.to(x.dtype), odd, _wide, x)
    if not need:
        return (value,)
    slope = wide.mul_(near).mul_(2).sub_(_TWO_OVER_ROOT_PI).to(x.dtype)
    return value, patch(slope, odd, _wide_slope, x)


_erfcx_op = pointwise(
    "erfcx",
    _wide,
    _wide_slope,
    fused=_fused,
    fused32=in_pieces(_fused32),
    vector32=(vector_tails.erfcx, vector_tails.erfcx_slope),
)


def erfcx(x: Tensor) -> Tensor:
    r"""exp(x^2) erfc(x); slope $2x\,\mathrm{erfcx}(x)-2/\sqrt\pi$, by a fitted series for x > 0.

    `torch.special.erfcx` has the slope 0 at 1e4 (float32) and does not know half formats.

    >>> x = torch.tensor(1e4, requires_grad=True)
    >>> torch.autograd.grad(erfcx(x), x)[0].item()
    -5.6418958394033325e-09
    """
    return _erfcx_op(x)
