"""Logarithms of sums and differences with 1, and their inverses: the vocabulary of probabilities near 0 and
1."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._pointwise import floating, pointwise
from numsan.ops._select import where
from numsan.ops.activations import sigmoid, tanh

_LN2 = math.log(2.0)
_LN2_32, _LN2_32_REST = 0.693147182464599609375, -1.904654299957767878541823e-9  # nearest float32, remainder


def _log1mexp(x: Tensor) -> Tensor:
    # In place: values are computed outside autograd, and fresh memory costs as much as an addition.
    return where(x > -_LN2, torch.expm1(x).neg_().log_(), torch.exp(x).neg_().log1p_())


_log1mexp_op = pointwise("log1mexp", _log1mexp, lambda x: -torch.exp(x) / torch.expm1(x).abs(), pole=True)


def log1mexp(x: Tensor) -> Tensor:
    r"""log(1 - exp(x)) for x <= 0: the log-probability of "not", from the log-probability.

    $\log(-\mathrm{expm1}\,x)$ above $-\log 2$, else $\log1p(-e^x)$; slope $-e^x/|\mathrm{expm1}\,x|$. Any
    shape. The written-out form is -inf for |x| below 6e-8 (float32), 4e-3 (bfloat16), 5e-4 (float16), and the
    form with `torch.where` has a NaN gradient there. Specials: 0 -> -inf with slope -inf, -inf -> -0, x > 0
    -> nan.

    >>> log1mexp(torch.tensor([-1e-9, -1.0])).tolist()
    [-20.7232666015625, -0.4586751461029053]

    Reference: Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012.
    """
    return _log1mexp_op(x)


def _log1pexp(x: Tensor) -> Tensor:
    return x.abs().neg_().exp_().log1p_().add_(x.clamp(min=0))


_log1pexp_op = pointwise("log1pexp", _log1pexp, lambda x: sigmoid(x))


def log1pexp(x: Tensor) -> Tensor:
    r"""log(1 + exp(x)) for every x, without a threshold.

    $\max(x,0)+\log1p(e^{-|x|})$; slope $\sigma(x)$. The written-out form overflows at 88.7 (float32,
    bfloat16) and 11.1 (float16) and is 0 below -16.6; `F.softplus` cuts at 20, an error of 2e-9 in float64.
    Specials: -inf -> 0, inf -> inf with slope 1.

    >>> log1pexp(torch.tensor([-100.0, 0.0, 100.0])).tolist()
    [3.923635700109488e-44, 0.6931471824645996, 100.0]

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


def _softplus_inverse(x: Tensor) -> Tensor:
    low, middle = x < 0.42, (x >= 0.42) & (x < 1.5)
    # The root is at ln 2, which no format holds: subtract it in two parts, the first exactly.
    high, rest = (_LN2, 2.3190468138462996e-17) if x.dtype == torch.float64 else (_LN2_32, _LN2_32_REST)
    shifted = (x - high) - rest
    em1 = torch.expm1(where(middle, shifted, where(low, x, -x)))
    outer = torch.log(where(low, em1, -em1)) + where(low, 0.0, x)
    return where(middle, torch.log1p(2 * em1), outer)


_softplus_inverse_op = pointwise(
    "softplus_inverse", _softplus_inverse, lambda x: 1 / torch.expm1(-x).abs(), pole=True
)


def softplus_inverse(x: Tensor) -> Tensor:
    r"""log(exp(x) - 1) for x >= 0: what to feed `softplus` to get x.

    $\log\mathrm{expm1}\,x$ below 0.42, $\log1p(2\,\mathrm{expm1}(x-\log 2))$ around the root,
    $x+\log(-\mathrm{expm1}(-x))$ above 1.5; slope $1/(1-e^{-x})$. The written-out form overflows at 88.7
    (float32) and 11.1 (float16); torch's `SoftplusTransform.inv` is off by 430 ulp near log 2. Specials: 0 ->
    -inf with slope inf, inf -> inf, x < 0 -> nan.

    >>> softplus_inverse(torch.tensor([1e-8, 100.0])).tolist()
    [-18.42068099975586, 100.0]
    """
    return _softplus_inverse_op(x)


log_expm1 = softplus_inverse


def _log_sigmoid(x: Tensor) -> Tensor:
    return x.abs().neg_().exp_().log1p_().neg_().add_(x.clamp(max=0))


_log_sigmoid_op = pointwise("log_sigmoid", _log_sigmoid, lambda x: sigmoid(-x))


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


_log_cosh_op = pointwise("log_cosh", _log_cosh, lambda x: tanh(x))


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


_tanh_log_det_op = pointwise("tanh_log_det", lambda x: -2 * _log_cosh(x), lambda x: -2 * tanh(x))


def tanh_log_det(x: Tensor) -> Tensor:
    r"""log(1 - tanh(x)^2) = -2 log cosh(x), the log-determinant of a tanh layer; slope -2 tanh.

    The written-out form is -inf from 9.1 (float32), 3.5 (bfloat16); the usual `+ 1e-6` makes it -13.8 with a
    zero gradient there. Reference: Haarnoja et al., *Soft Actor-Critic*, 2018, appendix C.

    >>> tanh_log_det(torch.tensor([1e-3, 10.0])).tolist()
    [-1.0000001111620804e-06, -18.613704681396484]
    """
    return _tanh_log_det_op(x)


_logit_op = pointwise(
    "logit",
    lambda p: where((p - 0.5).abs() < 0.25, 2 * torch.atanh(2 * p - 1), torch.log(p) - torch.log1p(-p)),
    lambda p: 1 / (p * (1 - p)),
    pole=True,
)


def logit(p: Tensor) -> Tensor:
    r"""log(p / (1 - p)) of a probability: $2\,\mathrm{artanh}(2p-1)$ on [1/4, 3/4], else $\log p-\log1p(-p)$.

    `torch.logit` is off by 730 ulp near 1/2 in float32, 64 in bfloat16. Specials: 0 -> -inf, 1 -> inf,
    outside [0, 1] -> nan. Where a log-probability is at hand use `logit_from_log`, which also resolves p near
    1.

    >>> logit(torch.tensor([0.5000001, 0.0])).tolist()
    [4.76837158203125e-07, -inf]
    """
    return _logit_op(p)


def logit_from_log(log_p: Tensor) -> Tensor:
    r"""log(p / (1 - p)) from log p <= 0: $-\mathrm{softplus\_inverse}(-\log p)$, exact where p rounds to 1.

    `torch.logit(log_p.exp())` is inf for log_p above -6e-8 (float32) and -2e-3 (bfloat16).

    >>> logit_from_log(torch.tensor([-1e-8])).item()
    18.42068099975586
    """
    return -_softplus_inverse_op(-floating("logit_from_log", log_p))
