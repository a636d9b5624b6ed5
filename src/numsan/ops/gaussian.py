"""The normal distribution function, its logarithm and tails, computed in float64 and rounded once.

Two error sources dominate erf-like tails: the rounding of x/sqrt(2), amplified 2 z^2 times, and that of x^2.
Both are taken out by exact products (Dekker 1971).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_tails
from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import pointwise
from numsan.ops._select import beyond, choose_, keep_, negative_, patch, where
from numsan.ops.exact import product, wider
from numsan.ops.scaled_erfc import erfcx

_ROOT_HALF, _ROOT_HALF_REST = 0.7071067811865476, -4.833646656726457e-17


def bell(x: Tensor) -> Tensor:
    """exp(-x^2/2), with the rounding error of the square put back."""
    x = x.clamp(-40, 40)
    square, error = product(x, x)
    return torch.exp(-square / 2) * (1 - error / 2)


def upper_tail(x: Tensor) -> Tensor:
    """1 - Phi(x) = erfc(x/sqrt 2)/2."""
    x = x.clamp(-40, 40)
    z, error = product(x, torch.full_like(x, _ROOT_HALF))
    error = error + x * _ROOT_HALF_REST
    # d log erfc / dz = -(2z + 1/z + ...) for large z, and nothing to repair on the other side.
    correction = where(z > 1, 1 - error * (2 * z + 1 / z.clamp(min=1)), 1.0)
    return torch.erfc(z) / 2 * correction


_PHI0 = 1 / math.sqrt(2 * math.pi)


def tail_and_bell32(x: Tensor, need: bool) -> tuple[Tensor, Tensor]:
    """1 - Phi(x) and, if needed, phi(x) of a float32: x/sqrt 2 in two parts, the second by the slope of
    log erfc."""
    z = x.double().clamp_(-40, 40).mul_(_ROOT_HALF)
    high = z.to(torch.float32)
    rest = (z - high).to(torch.float32)
    hazard = torch.add(high, 0.9).reciprocal_().add_(high, alpha=2).mul_(rest)
    factor = 1 - keep_(negative_(torch.neg(high, out=rest)), hazard)
    tail = high.erfc_().mul_(factor).mul_(0.5)
    return tail, z.mul_(z).neg_().exp_().mul_(_PHI0) if need else tail


def _ndtr_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    pair = tail_and_bell32(-x, need)
    return pair if need else pair[:1]


_ndtr_op = pointwise(
    "ndtr",
    lambda x: upper_tail(-wider(x)),
    lambda x: bell(wider(x)) * _PHI0,
    fused32=in_pieces(_ndtr_fused32),
    vector32=(vector_tails.ndtr, vector_tails.ndtr_slope),
)


def ndtr(x: Tensor) -> Tensor:
    r"""The normal distribution function, $\frac12\mathrm{erfc}(-x/\sqrt2)$, right in both tails; slope
    $\varphi(x)$.

    `torch.special.ndtr` and `Normal.cdf` use 1 + erf: 0 below -5.5 (float32), -8.3 (float64). Costs an erfc
    in float64.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> ndtr(torch.tensor([-5.6, -9.0])).tolist()
    [1.071759...e-08, 1.128588...e-19]
    """
    return _ndtr_op(x)


def _log_ndtr(x: Tensor) -> Tensor:
    low = x < -1
    far = where(low, -x, 1.0)
    # 1/(far sqrt(pi)) takes over where erfcx itself would underflow.
    tail = torch.log(erfcx(far.clamp(max=1e8) * _ROOT_HALF) / 2) - torch.log(far / far.clamp(max=1e8))
    return where(low, tail - far * (far / 2), torch.log1p(-upper_tail(where(low, -torch.ones_like(x), x))))


def _hazard(x: Tensor) -> Tensor:
    """phi(x)/Phi(x)."""
    low = x < 0
    far = where(low, -x, 0.0)
    scaled = math.sqrt(2 / math.pi) / erfcx(far.clamp(max=1e8) * _ROOT_HALF)
    right = where(low, 0.0, x)
    return where(far > 1e8, far, where(low, scaled, bell(right) * _PHI0 / (1 - upper_tail(right))))


def _wide_log_ndtr(x: Tensor) -> Tensor:
    return _log_ndtr(wider(x))


def _wide_hazard(x: Tensor) -> Tensor:
    return _hazard(wider(x))


def _log_ndtr_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """log q below 0 and log1p(-q) above, q the tail beyond |x|; float64 from where q is subnormal on."""
    left, far = negative_(x.clone()), beyond(x, -12.5, math.inf)
    tail, density = tail_and_bell32(x.abs(), need)
    value = choose_(left, torch.log(tail), torch.neg(tail).log1p_())
    value = patch(value, far, _wide_log_ndtr, x)
    if not need:
        return (value,)
    slope = density.div_(choose_(left, tail, 1 - tail)).to(x.dtype)
    return value, patch(slope, far, _wide_hazard, x)


_log_ndtr_op = pointwise(
    "log_ndtr",
    _wide_log_ndtr,
    _wide_hazard,
    fused32=in_pieces(_log_ndtr_fused32),
    vector32=(vector_tails.log_ndtr, vector_tails.hazard),
)


def log_ndtr(x: Tensor) -> Tensor:
    r"""log of the normal distribution function; slope $\varphi/\Phi=\sqrt{2/\pi}/\mathrm{erfcx}(-x/\sqrt2)$.

    `torch.special.log_ndtr` has a slope of 955.6 at -1000 (exact: 1000.001) and 3.5e6 at -21907 in float32,
    and does not know half formats; log(ndtr(x)) is -inf below -5.5. Specials:
    -inf -> -inf with slope inf, inf -> -0.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> x = torch.tensor(-1000.0, requires_grad=True)
    >>> torch.autograd.grad(log_ndtr(x), x)[0].item()
    1000.0009765625
    """
    return _log_ndtr_op(x)
