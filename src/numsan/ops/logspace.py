"""Logarithms of sums and differences with 1, and their inverses: the vocabulary of probabilities near 0 and
1."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_forms
from numsan.ops._pointwise import floating, pointwise
from numsan.ops._select import choose_, keep_, negative_, where
from numsan.ops._series import expm1, expm1_near, log1p_unit
from numsan.ops.activations import logistic, sigmoid, tanh

_LN2 = math.log(2.0)


def _log1mexp(x: Tensor) -> Tensor:
    return where(x > -_LN2, torch.log(-expm1_near(x)), log1p_unit(-torch.exp(x)))


def _log1mexp_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    e, minus = torch.exp(x), torch.expm1(x).neg_()
    slope = minus.abs() if need else e
    slope = torch.div(e, slope, out=slope).neg_() if need else e
    near = negative_(-_LN2 - x)
    y = choose_(near, minus.log_(), e.neg_().log1p_())
    return (y, slope) if need else (y,)


_log1mexp_op = pointwise(
    "log1mexp",
    _log1mexp,
    lambda x: -torch.exp(x) / expm1(x).abs(),
    pole=True,
    fused=_log1mexp_fused,
    vector32=(vector_forms.log1mexp, vector_forms.log1mexp_slope),
)


def log1mexp(x: Tensor) -> Tensor:
    r"""log(1 - exp(x)) for x <= 0: the log-probability of "not", from the log-probability.

    $\log(-\mathrm{expm1}\,x)$ above $-\log 2$, else $\log1p(-e^x)$; slope $-e^x/|\mathrm{expm1}\,x|$. Any
    shape. The written-out form is -inf for |x| below 6e-8 (float32), 4e-3 (bfloat16), 5e-4 (float16), and the
    form with `torch.where` has a NaN gradient there. Specials: 0 -> -inf with slope -inf, -inf -> -0, x > 0
    -> nan.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> log1mexp(torch.tensor([-1e-9, -1.0])).tolist()
    [-20.7232666015625, -0.4586751461029053]

    Reference: Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012.
    """
    return _log1mexp_op(x)


def _log1pexp(x: Tensor) -> Tensor:
    return log1p_unit(torch.exp(-x.abs())) + x.clamp(min=0)


def _log1pexp_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    # torch's kernel is right if its threshold is where the logarithm rounds to x.
    y = torch.nn.functional.softplus(x, threshold=40.0)
    return (y, logistic(x)) if need else (y,)


_log1pexp_op = pointwise("log1pexp", _log1pexp, lambda x: sigmoid(x), fused=_log1pexp_fused)


def log1pexp(x: Tensor) -> Tensor:
    r"""log(1 + exp(x)) for every x, without a threshold.

    $\max(x,0)+\log1p(e^{-|x|})$; slope $\sigma(x)$. The written-out form overflows at 88.7 (float32,
    bfloat16) and 11.1 (float16) and is 0 below -16.6; `F.softplus` cuts at 20, an error of 2e-9 in float64.
    Specials: -inf -> 0, inf -> inf with slope 1.

    >>> log1pexp(torch.tensor([-50.0, 0.0, 100.0])).tolist()
    [1.92874...e-22, 0.6931471824645996, 100.0]

    Reference: Mächler 2012.
    """
    return _log1pexp_op(x)


def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    r"""log(1 + exp(beta x)) / beta, exact in both tails; `beta` must be positive.

    Same as `log1pexp` for `beta=1`. `F.softplus` replaces it by x above its threshold.

    >>> softplus(torch.tensor(20.1, dtype=torch.float64)).item()
    20.10000000186501
    """
    if not beta > 0:
        raise ValueError(f"softplus needs {beta=} > 0")
    return _log1pexp_op(x) if beta == 1.0 else _log1pexp_op(floating("softplus", x) * beta) / beta


def _log_sigmoid_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    y = torch.nn.functional.logsigmoid(x)
    return (y, logistic(-x)) if need else (y,)


_log_sigmoid_op = pointwise(
    "log_sigmoid", lambda x: -_log1pexp(-x), lambda x: sigmoid(-x), fused=_log_sigmoid_fused
)


def log_sigmoid(x: Tensor) -> Tensor:
    r"""log(1 / (1 + exp(-x))) = -log1pexp(-x); slope $\sigma(-x)$.

    `log(sigmoid(x))` is -inf below -88 (float32) and below -17 (float16).

    >>> log_sigmoid(torch.tensor([-100.0, 100.0])).tolist()
    [-100.0, -3.923635700109488e-44]
    """
    return _log_sigmoid_op(x)


def _log_cosh(x: Tensor) -> Tensor:
    size = x.abs()
    small = size < 1
    inner = where(small, 2 * torch.sinh(x / 2).square(), torch.exp(-2 * size))
    return torch.log1p(inner) + where(small, 0.0, size - _LN2)


def _log_cosh_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    size = x.abs()
    small, outer = negative_(size - 1), torch.mul(size, -2).exp_()
    inner = (x / 2).sinh_().square_().mul_(2)
    y = choose_(small, inner, outer).log1p_().add_(keep_(small.bitwise_not_(), size.sub_(_LN2)))
    return (y, torch.tanh(x, out=outer)) if need else (y,)


_log_cosh_op = pointwise("log_cosh", _log_cosh, lambda x: tanh(x), fused=_log_cosh_fused)


def log_cosh(x: Tensor) -> Tensor:
    r"""log(cosh(x)), a smooth |x|: $\log1p(2\sinh^2(x/2))$ below 1, else $|x|+\log1p(e^{-2|x|})-\log 2$;
    slope tanh.

    The written-out form overflows at 89 (float32) and 11.8 (float16), and is 0 below 2e-4 (float32); the
    forms with `softplus(-2|x|)` or `logaddexp(x, -x)` lose every digit below 1e-3. Specials: 0 -> 0, inf ->
    inf with slope 1.

    >>> log_cosh(torch.tensor([1e-4, 1000.0])).tolist()
    [4.999999525523435e-09, 999.3068237304688]
    """
    return _log_cosh_op(x)


def _tanh_log_det_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    return tuple(t.mul_(-2) for t in _log_cosh_fused(need, x))


_tanh_log_det_op = pointwise(
    "tanh_log_det", lambda x: -2 * _log_cosh(x), lambda x: -2 * tanh(x), fused=_tanh_log_det_fused
)


def tanh_log_det(x: Tensor) -> Tensor:
    r"""log(1 - tanh(x)^2) = -2 log cosh(x), the log-determinant of a tanh layer; slope -2 tanh.

    The written-out form is -inf from 9.1 (float32), 3.5 (bfloat16); the usual `+ 1e-6` makes it -13.8 with a
    zero gradient there. Reference: Haarnoja et al., *Soft Actor-Critic*, 2018, appendix C.

    >>> tanh_log_det(torch.tensor([1e-3, 10.0])).tolist()
    [-1.0000001111620804e-06, -18.613704681396484]
    """
    return _tanh_log_det_op(x)
