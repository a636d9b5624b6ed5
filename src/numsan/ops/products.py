"""x log y and its kin, where 0 times an infinite logarithm is 0, in value and in gradient."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor

from numsan.ops._pointwise import floating, pointwise
from numsan.ops._select import where


def xlogy(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""x log y, with 0 where x = 0 and every slope finite there: dx = log y (0 if x = y = 0), dy = x/y (0 if
    x = 0).

    `torch.xlogy(0, 0)` has a NaN slope in y. y < 0 -> nan unless x = 0.

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


_xlogy_op = pointwise("xlogy", torch.xlogy, _finite_log, _ratio, pole=True)


def xlog1py(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""x log(1 + y), with 0 where x = 0; slopes log1p(y) and x/(1 + y), both 0 where x = 0 meets y = -1.

    >>> xlog1py(torch.tensor(0.0), torch.tensor(-1.0)).item()
    0.0
    """
    return _xlog1py_op(x, y)


_xlog1py_op = pointwise(
    "xlog1py",
    cast(Any, torch.special).xlog1py,
    lambda x, y: where((x == 0) & (y == -1), 0.0, torch.log1p(y)),
    lambda x, y: _ratio(x, 1 + y),
    pole=True,
)


def xlogx(x: Tensor | float) -> Tensor:
    r"""x log x with 0 at 0; slope log x + 1, which is -inf at 0 (use it where x > 0 or times a zero
    upstream).

    The negative of `torch.special.entr`, with a slope that a zero upstream gradient cannot turn into NaN.

    >>> xlogx(torch.tensor([0.0, 1.0])).tolist()
    [0.0, 0.0]
    """
    return _xlogx_op(floating("xlogx", x))


_xlogx_op = pointwise("xlogx", lambda x: torch.xlogy(x, x), lambda x: torch.log(x) + 1, pole=True)
