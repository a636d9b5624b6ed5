"""Layer, group, batch and RMS normalisation that stand any offset and any size of their input.

The mean is subtracted twice: what the first subtraction leaves of it (its rounding error) is itself averaged
and removed. Constant features come out as exactly 0, and at mean 1e4 the error is 5e-7 instead of 2e-3 to
5e-3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from numsan.ops._pointwise import floating, wide
from numsan.ops.lengths import length
from numsan.ops.logreduce import Dim, dims
from numsan.ops.normalized import normalized, traceable
from numsan.ops.norms import hypot
from numsan.ops.spreads import deviations


def _count(x: Tensor, dim: tuple[int, ...]) -> int:
    return math.prod([x.shape[i] for i in dim])


def _over_rms(d: Tensor, dim: tuple[int, ...], eps: float) -> Tensor:
    """d / sqrt(mean(d^2) + eps), 0 where d is 0 throughout and eps is 0."""
    rms = hypot(length(d, dim) / math.sqrt(max(_count(d, dim), 1)), math.sqrt(eps))
    return d / torch.where(rms == 0, 1.0, rms).to(d.dtype)


def _standard(x: Tensor, dim: tuple[int, ...], eps: float) -> Tensor:
    """(x - mean) / sqrt(var + eps)."""
    if traceable(x) and x.numel():
        return normalized(x, dim, eps, centre=True)
    return _over_rms(deviations(x, dim)[0], dim, eps)


def _check(name: str, x: Tensor, eps: float) -> None:
    floating(name, x)
    if eps < 0:
        raise ValueError(f"{name} needs {eps=} >= 0")


def _affine(y: Tensor, weight: Tensor | None, bias: Tensor | None, dtype: torch.dtype) -> Tensor:
    y = y if weight is None else y * wide(weight)
    return (y if bias is None else y + wide(bias)).to(dtype)


def _trailing(name: str, x: Tensor, shape: Sequence[int] | int) -> tuple[int, ...]:
    wanted = (shape,) if isinstance(shape, int) else tuple(shape)
    if not wanted or tuple(x.shape[-len(wanted) :]) != wanted:
        raise ValueError(f"{name}: normalized_shape={list(wanted)} does not end the shape {list(x.shape)}")
    return tuple(range(x.ndim - len(wanted), x.ndim))


def layer_norm(
    x: Tensor,
    normalized_shape: Sequence[int] | int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    r"""(x - mean)/sqrt(var + eps) over the trailing dimensions, as `F.layer_norm`, with a residual mean.

    `F.layer_norm` is off by 1.6e-3 at mean 1e4 (float32), gives 0 for +-1e30, and NaN gradients for a zero
    row in float16 with eps 1e-12. Half formats run in float32 and round once.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> layer_norm(torch.tensor([[1e30, -1e30], [12345.678, 12345.678]]), 2).tolist()
    [[1.0, -1.0], [0.0, 0.0]]
    """
    _check("layer_norm", x, eps)
    at = _trailing("layer_norm", x, normalized_shape)
    return _affine(_standard(wide(x), at, eps), weight, bias, x.dtype)


def rms_norm(
    x: Tensor, normalized_shape: Sequence[int] | int, weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    r"""x / sqrt(mean(x^2) + eps) over the trailing dimensions, as `F.rms_norm`; squares are summed in
    float64.

    `F.rms_norm` gives 0 for +-1e30 (float32). `eps` defaults to that of the format, as in torch.

    >>> rms_norm(torch.tensor([1e30, -1e30]), 2).tolist()
    [1.0, -1.0]
    """
    eps = torch.finfo(floating("rms_norm", x).dtype).eps if eps is None else eps
    _check("rms_norm", x, eps)
    at = _trailing("rms_norm", x, normalized_shape)
    inner = wide(x)
    traced = traceable(inner) and x.numel() > 0
    y = normalized(inner, at, eps, centre=False) if traced else _over_rms(inner, at, eps)
    return _affine(y, weight, None, x.dtype)


def group_norm(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    r"""Normalisation of groups of channels, (n, c, ...), as `F.group_norm`, with a residual mean.

    >>> group_norm(torch.full((1, 4, 2), 12345.678), 2).abs().max().item()
    0.0
    """
    _check("group_norm", x, eps)
    if num_groups < 1 or x.ndim < 2 or x.shape[1] % num_groups:
        raise ValueError(
            f"group_norm: {num_groups=} does not divide the channels of the shape {list(x.shape)}"
        )
    grouped = wide(x).reshape(x.shape[0], num_groups, -1)
    y = _standard(grouped, (2,), eps).reshape(x.shape)
    per_channel = (1, -1) + (1,) * (x.ndim - 2)
    weight, bias = (None if p is None else p.reshape(per_channel) for p in (weight, bias))
    return _affine(y, weight, bias, x.dtype)


def batch_norm(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    r"""Normalisation of each channel over batch and space, (n, c, ...), as `F.batch_norm`, with a residual
    mean.

    `F.batch_norm` gives 0.998 for a constant feature 12345.678 and 485 for a constant 1e8 instead of 0
    (float32, CPU), and 5e-3 of error at mean 1e4. Running statistics are updated in place while training
    (variance with n - 1).

    >>> batch_norm(torch.full((3, 1), 1e8), None, None, training=True).flatten().tolist()
    [0.0, 0.0, 0.0]
    """
    _check("batch_norm", x, eps)
    at = (0, *range(2, x.ndim))
    shape = (1, -1) + (1,) * (x.ndim - 2)
    weight, bias = (None if p is None else p.reshape(shape) for p in (weight, bias))
    if not training and running_mean is not None and running_var is not None:
        mean, var = (wide(s).reshape(shape) for s in (running_mean, running_var))
        return _affine((wide(x) - mean) / (var + eps).sqrt(), weight, bias, x.dtype)
    n = _count(x, at)
    if n < 2:
        raise ValueError(
            f"batch_norm needs more than 1 value per channel when training, got shape {list(x.shape)}"
        )
    d, mean = deviations(wide(x), at)
    if running_mean is not None and running_var is not None:
        with torch.no_grad():
            running_mean.lerp_(mean.flatten().to(running_mean.dtype), momentum)
            var = (length(d, at).square() / (n - 1)).flatten()
            running_var.lerp_(var.to(running_var.dtype), momentum)
    return _affine(_over_rms(d, at, eps), weight, bias, x.dtype)


def standardize(x: Tensor, dim: Dim = 0, eps: float = 0.0) -> Tensor:
    r"""(x - mean)/std along `dim` (std with n); a constant column becomes exactly 0, with gradient 0.

    (x - x.mean(0))/x.std(0) is 0/0 for a constant column, or a large number where the mean was rounded.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> standardize(torch.tensor([[1.1, 0.0], [1.1, 2.0]])).tolist()
    [[0.0, -1.0], [0.0, 1.0]]
    """
    _check("standardize", x, eps)
    at = dims(x, dim)
    return _standard(wide(x), at, eps).to(x.dtype)
