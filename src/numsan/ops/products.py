"""x log y and its kin, where 0 times an infinite logarithm is 0, in value and in gradient."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops import vector_products
from numsan.ops._pointwise import Two, floating, pointwise
from numsan.ops._select import beyond, has_nan, patch, where


def xlogy(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""x log y, with 0 where x = 0 and every slope finite there: dx = log y (0 if x = y = 0), dy = x/y (0 if
    x = 0).

    `torch.xlogy(0, 0)` has a NaN slope in y. y < 0 -> nan unless x = 0.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> y = torch.tensor(0.0, requires_grad=True)
    >>> torch.autograd.grad(xlogy(torch.tensor(0.0), y), y)[0].item()
    0.0
    """
    return _xlogy_op(x, y)


def _ratio(x: Tensor, y: Tensor) -> Tensor:
    return where(x == 0, 0.0, x / where(x == 0, 1.0, y))


def _finite_log(x: Tensor, y: Tensor) -> Tensor:
    skip = (x == 0) & (y == 0)
    return where(skip, 0.0, torch.log(where(skip, 1.0, y)))


def _silent(x: Tensor, product: Tensor, y: Tensor) -> Tensor:
    return where((x == 0) & (y == y), 0.0, product)


def _fused(
    need: bool, x: Tensor, log: Tensor, ratio: Tensor, y: Tensor, first: Two, second: Two, value: Two
) -> tuple[Tensor, ...]:
    """x log, log and x/y as they are, mended only where one of them is NaN."""
    product = x * log
    if not has_nan(product, ratio):
        return (product, log, ratio) if need else (product,)
    zero = x == 0
    whole = patch(product, zero, value, x, y), patch(log, zero, first, x, y), patch(ratio, zero, second, x, y)
    return whole if need else whole[:1]


def _xlogy(x: Tensor, y: Tensor) -> Tensor:
    return _silent(x, x * torch.log(y), y)


def _xlogy_fused(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    return _fused(need, x, torch.log(y), x / y, y, _finite_log, _ratio, _xlogy)


_xlogy_op = pointwise(
    "xlogy",
    _xlogy,
    _finite_log,
    _ratio,
    pole=True,
    fused=_xlogy_fused,
    vector32=(vector_products.xlogy, vector_products.xlogy_first, vector_products.ratio),
)


def xlog1py(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""x log(1 + y), with 0 where x = 0; slopes log1p(y) and x/(1 + y), both 0 where x = 0 meets y = -1.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> xlog1py(torch.tensor(0.0), torch.tensor(-1.0)).item()
    0.0
    """
    return _xlog1py_op(x, y)


def _log1p(y: Tensor) -> Tensor:
    """torch.log1p, whose vector code turns the smallest subnormals into 0."""
    return where(y.abs() < torch.finfo(y.dtype).smallest_normal, y, torch.log1p(y))


def _xlog1py(x: Tensor, y: Tensor) -> Tensor:
    return _silent(x, x * _log1p(y), y)


def _finite_log1p(x: Tensor, y: Tensor) -> Tensor:
    skip = (x == 0) & (y == -1)
    return where(skip, 0.0, _log1p(where(skip, 0.0, y)))


def _ratio1p(x: Tensor, y: Tensor) -> Tensor:
    return _ratio(x, 1 + y)


def _xlog1py_fused(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    tiny = beyond(y.abs(), torch.finfo(y.dtype).smallest_normal, torch.inf)
    log = torch.log1p(y) if tiny is None else _log1p(y)
    return _fused(need, x, log, x / (1 + y), y, _finite_log1p, _ratio1p, _xlog1py)


_xlog1py_op = pointwise(
    "xlog1py",
    _xlog1py,
    _finite_log1p,
    _ratio1p,
    pole=True,
    fused=_xlog1py_fused,
    vector32=(vector_products.xlog1py, vector_products.xlog1py_first, vector_products.xlog1py_second),
)


def xlogx(x: Tensor | float) -> Tensor:
    r"""x log x with 0 at 0; slope log x + 1, which is -inf at 0 (use it where x > 0 or times a zero
    upstream).

    The negative of `torch.special.entr`, with a slope that a zero upstream gradient cannot turn into NaN.

    >>> xlogx(torch.tensor([0.0, 1.0])).tolist()
    [0.0, 0.0]
    """
    return _xlogx_op(floating("xlogx", x))


def _xlogx_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    log = torch.log(x)
    product = x * log
    if has_nan(product):
        product.masked_fill_(x == 0, 0.0)
    return (product, log.add_(1)) if need else (product,)


_xlogx_op = pointwise(
    "xlogx",
    lambda x: where(x == 0, 0.0, x * torch.log(x)),
    lambda x: torch.log(x) + 1,
    pole=True,
    fused=_xlogx_fused,
)


def _relative(p: Tensor, log_q: Tensor) -> Tensor:
    return where(p == 0, 0.0, p * (torch.log(p) - log_q))


def _relative_slope(p: Tensor, log_q: Tensor) -> Tensor:
    zero = p == 0
    return where(zero, 0.0, torch.log(where(zero, 1.0, p)) - log_q + 1)


def _relative_fused(need: bool, p: Tensor, log_q: Tensor) -> tuple[Tensor, ...]:
    gap = torch.log(p).sub_(log_q)
    value = p * gap
    zero = (p == 0) if has_nan(value) else None
    value = value if zero is None else value.masked_fill_(zero, 0.0)
    if not need:
        return (value,)
    slope = gap.add_(1)
    return value, slope if zero is None else slope.masked_fill_(zero, 0.0), torch.neg(p)


# p (log p - log q), 0 with slopes 0 where p = 0
relative_entropy = pointwise(
    "kl_div", _relative, _relative_slope, lambda p, log_q: -p, pole=True, fused=_relative_fused
)
