"""Ranges of tensors: a cheap look (two reductions) for every operation, a full one for the few that matter."""

from __future__ import annotations

from typing import Any, cast

import torch

from numsan.core.trace import TensorStats


def dtype_name(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _real(tensor: torch.Tensor) -> torch.Tensor:
    tensor = tensor.detach().resolve_conj().resolve_neg()
    return torch.view_as_real(tensor) if tensor.is_complex() else tensor


def glance(tensor: torch.Tensor) -> TensorStats:
    """Minimum and maximum; counts of special values only if one of the two shows that there are any."""
    shape, dtype = tuple(tensor.shape), dtype_name(tensor)
    bare = TensorStats(shape=shape, dtype=dtype, numel=tensor.numel())
    if (
        tensor.numel() == 0
        or tensor.layout is not torch.strided
        or tensor.dtype == torch.bool
        or tensor.is_meta
    ):
        return bare
    low, high = torch.aminmax(_real(tensor))
    least, most = float(low), float(high)
    if least - least == 0 and most - most == 0:
        return TensorStats(shape=shape, dtype=dtype, numel=tensor.numel(), min=least, max=most)
    return look(tensor)


def look(tensor: torch.Tensor) -> TensorStats:
    """Everything `TensorStats` holds; costs a dozen reductions."""
    shape, dtype = tuple(tensor.shape), dtype_name(tensor)
    values = _real(tensor).reshape(-1)
    if values.dtype == torch.bool or values.numel() == 0:
        return TensorStats(shape=shape, dtype=dtype, numel=tensor.numel())
    fine = values[torch.isfinite(values)] if values.is_floating_point() else values
    sizes = fine.abs()
    nonzero = sizes[sizes > 0]
    return TensorStats(
        shape=shape,
        dtype=dtype,
        numel=tensor.numel(),
        min=float(fine.min()) if fine.numel() else None,
        max=float(fine.max()) if fine.numel() else None,
        tiny=float(nonzero.min()) if nonzero.numel() else None,
        zeros=int((sizes == 0).sum()),
        nan=int(torch.isnan(values).sum()) if values.is_floating_point() else 0,
        posinf=int((values == float("inf")).sum()) if values.is_floating_point() else 0,
        neginf=int((values == float("-inf")).sum()) if values.is_floating_point() else 0,
    )


def numbers(tensor: torch.Tensor) -> list[Any]:
    """`tolist`, whose nesting depends on the shape."""
    return cast(Any, tensor).tolist()


def bad_indices(tensor: torch.Tensor, limit: int = 8) -> tuple[tuple[int, ...], ...]:
    """Positions of the first non-finite elements."""
    if tensor.layout is not torch.strided or not (tensor.is_floating_point() or tensor.is_complex()):
        return ()
    where = (~torch.isfinite(tensor.detach())).nonzero()
    return tuple(tuple(int(i) for i in row) for row in numbers(where[:limit]))
