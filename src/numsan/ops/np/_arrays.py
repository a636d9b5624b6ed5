"""Formats of the numpy twins: float16 is computed in float32, integers and complex numbers are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
Axis = int | tuple[int, ...] | None
QUIET: dict[str, Any] = {"over": "ignore", "under": "ignore", "invalid": "ignore", "divide": "ignore"}


def wide(name: str, *args: ArrayLike) -> tuple[tuple[Array, ...], np.dtype[Any]]:
    """Arguments in one format that computes (float32 or float64), and the format to return."""
    arrays = [np.asarray(a) for a in args]
    for a, given in zip(arrays, args, strict=True):
        if a.dtype.kind != "f" and not isinstance(given, int):
            raise TypeError(
                f"numsan.ops.np.{name} needs floating-point numbers, got {a.dtype}: convert them first"
            )
    # Python numbers follow the arrays, as in numpy 2.
    dtype = np.result_type(
        *(g if isinstance(g, int | float) else a for a, g in zip(arrays, args, strict=True))
    )
    dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
    inner = np.result_type(dtype, np.float32)
    return tuple(a.astype(inner) for a in arrays), dtype
