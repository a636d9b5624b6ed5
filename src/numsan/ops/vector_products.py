"""Float32 forms for the compiler of products with a logistic function or a logarithm: see `vector_forms`.

A slope here is not differentiated again, so one mask does where the plain forms guard both branches.
"""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._select import where
from numsan.ops._series import log1p

_FAR = 170.0  # from here on exp(-|x|) x is 0


def _halved(x: Tensor) -> tuple[Tensor, Tensor]:
    """exp(-|x|/2) and 1 + exp(-|x|). x exp(x) is normal where exp(x) is not, so the root goes in twice."""
    root = torch.exp(-0.5 * x.abs())
    return root, 1 + root * root


def silu(x: Tensor) -> Tensor:
    root, whole = _halved(x)
    return where(x < 0, (x.clamp(min=-_FAR) * root) * root, x) / whole


def silu_slope(x: Tensor) -> Tensor:
    root, whole = _halved(x)
    share = 1 / whole
    near = x.clamp(-_FAR, _FAR)
    left = x < 0
    other = 1 + where(left, near, near * root * root) * share
    return where(left, root * (root * other), other) * share


def xlogy(x: Tensor, y: Tensor) -> Tensor:
    return where((x == 0) & (y == y), 0.0, x * torch.log(y))


def xlogy_first(x: Tensor, y: Tensor) -> Tensor:
    return where((x == 0) & (y == 0), 0.0, torch.log(y))


def ratio(x: Tensor, y: Tensor) -> Tensor:
    return where(x == 0, 0.0, x / y)


def xlog1py(x: Tensor, y: Tensor) -> Tensor:
    return where((x == 0) & (y == y), 0.0, x * log1p(y))


def xlog1py_first(x: Tensor, y: Tensor) -> Tensor:
    return where((x == 0) & (y == -1), 0.0, log1p(y))


def xlog1py_second(x: Tensor, y: Tensor) -> Tensor:
    return where(x == 0, 0.0, x / (1 + y))
