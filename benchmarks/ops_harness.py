"""Measure an operation in units in the last place against 60-digit mpmath: value and gradient, format by
format."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import torch
from torch import Tensor

mpmath.mp.dps = 60
FORMATS = {
    "float64": torch.float64,
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
BITS = {
    torch.float64: (64, 52, -1022), torch.float32: (32, 23, -126),
    torch.bfloat16: (16, 7, -126), torch.float16: (16, 10, -14),
}  # fmt: skip
INTS = {64: torch.int64, 32: torch.int32, 16: torch.int16}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One operation of one or more arguments; `exact` and `slopes` are mpmath functions of mpf arguments."""

    name: str
    ours: Callable[..., Tensor]
    exact: Callable[..., Any]
    slopes: tuple[Callable[..., Any], ...]
    target: tuple[float, float]  # ulp of the value, ulp of the gradient, in float64 and float32
    domain: Callable[..., bool] = lambda *x: True
    near: tuple[float, ...] = ()  # branch points and roots to sample densely
    pairs: Callable[[list[float]], list[tuple[float, ...]]] | None = None
    conditioned: Callable[..., Any] | None = (
        None  # |value| below which the error is counted against this scale
    )
    slope_scales: tuple[Callable[..., Any] | None, ...] = ()  # the same for slopes that cross zero
    naive: Callable[..., Tensor] | None = None


@dataclass(kw_only=True)
class Error:
    """Worst errors found: in ulp where the exact result is normal, in smallest subnormals below that."""

    worst: float = 0.0
    at: tuple[float, ...] = ()
    subnormal: float = 0.0
    wrong_nonfinite: int = 0
    points: int = 0


def bit_patterns(dtype: torch.dtype, count: int, seed: int) -> list[float]:
    """Finite numbers drawn by their bits: every exponent, subnormals included, is equally likely."""
    bits = BITS[dtype][0]
    generator = torch.Generator().manual_seed(seed)
    high = torch.randint(-(2**31), 2**31, (count,), generator=generator)
    low = torch.randint(0, 2**32, (count,), generator=generator)
    raw = (high << 32) | low if bits == 64 else high >> (32 - bits)
    x = raw.to(INTS[bits]).view(dtype)
    return x[x.isfinite()].double().tolist()


def ordinary(dtype: torch.dtype, count: int, seed: int, near: Sequence[float]) -> list[float]:
    """Numbers of everyday size and numbers close to the branch points, rounded to the format."""
    rng = random.Random(seed)
    out = [rng.gauss(0, 1) * 10 ** rng.uniform(-3, 2) for _ in range(count)]
    for centre in (0.0, *near):
        out += [centre + rng.gauss(0, 1) * 10 ** rng.uniform(-8, -0.5) for _ in range(max(count // 4, 4))]
        out += [centre, math.nextafter(centre, 9e9), math.nextafter(centre, -9e9)]
    return torch.tensor(out, dtype=torch.float64).to(dtype).double().tolist()


def ulp(exact: Any, dtype: torch.dtype) -> tuple[Any, bool]:
    """Spacing of the format at the exact value, and whether that value is subnormal."""
    _, mantissa, smallest = BITS[dtype]
    exponent = int(mpmath.floor(mpmath.log(abs(exact), 2))) if exact else smallest - 1
    return mpmath.ldexp(1, max(exponent, smallest) - mantissa), exponent < smallest


def judge(
    error: Error, got: float, exact: Any, dtype: torch.dtype, at: tuple[float, ...], scale: Any = None
) -> None:
    """Fold one result into the error."""
    error.points += 1
    largest = torch.finfo(dtype).max
    if not mpmath.isfinite(exact) or abs(exact) > largest:
        return
    if not math.isfinite(got):
        if abs(exact) < largest * (1 - 2.0 ** -(BITS[dtype][1] - 2)):
            error.wrong_nonfinite += 1
            error.at = at
        return
    unit, subnormal = ulp(exact, dtype)
    if scale is not None:
        unit = max(unit, ulp(scale, dtype)[0])
    distance = float(abs(mpmath.mpf(got) - exact) / unit)
    if subnormal:
        error.subnormal = max(error.subnormal, distance)
    elif distance > error.worst:
        error.worst, error.at = distance, at


def points(case: Case, dtype: torch.dtype, count: int, seed: int) -> list[tuple[float, ...]]:
    flat = bit_patterns(dtype, count, seed) + ordinary(dtype, count, seed + 1, case.near)
    if case.pairs:
        arity_points = [
            torch.tensor(p, dtype=torch.float64).to(dtype).double().tolist() for p in case.pairs(flat)
        ]
        rows: list[tuple[float, ...]] = [tuple(p) for p in arity_points]
    else:
        rows = [(x,) for x in flat]
    return [p for p in rows if all(map(math.isfinite, p)) and case.domain(*p)]


def measure(case: Case, dtype: torch.dtype, count: int = 200, seed: int = 0) -> tuple[Error, list[Error]]:
    """Worst error of the value and of each slope over sampled points."""
    rows = points(case, dtype, count, seed)
    columns = [
        torch.tensor(c, dtype=torch.float64).to(dtype).requires_grad_() for c in zip(*rows, strict=True)
    ]
    result = case.ours(*columns)
    scales = case.slope_scales or (None,) * len(case.slopes)
    used = [c for c, s in zip(columns, case.slopes, strict=False) if s]
    grads = torch.autograd.grad(result.sum(), used) if used else ()
    value, slopes = Error(), [Error() for _ in used]
    for i, row in enumerate(rows):
        args = [mpmath.mpf(v) for v in row]
        scale = case.conditioned(*args) if case.conditioned else None
        judge(value, float(result.detach()[i]), case.exact(*args), dtype, row, scale)
        for error, slope, around, grad in zip(slopes, case.slopes, scales, grads, strict=False):
            judge(error, float(grad[i]), slope(*args), dtype, row, around(*args) if around else None)
    return value, slopes
