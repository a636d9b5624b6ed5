"""Measure operations on rows of numbers (reductions, losses, densities) against mpmath.

A case takes a matrix and gives one number per row; the exact slope in every entry comes from the exact value by
central differences with a step of 1e-40 at 200 digits, so that no slope is written down by hand.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import torch
from ops_harness import BITS, Error, judge
from torch import Tensor

Row = list[float]
Exact = Callable[[list[Any]], Any]


@dataclass(frozen=True, kw_only=True)
class RowCase:
    """`value_scale` and `slope_scale` say against which size an ill-conditioned result is measured."""

    name: str
    ours: Callable[[Tensor], Tensor]
    exact: Exact
    draw: Callable[[random.Random, torch.dtype], Row]
    target: tuple[float, float]  # ulp of the value, ulp of the slopes, in float64 and float32
    learned: Sequence[int] | None = None  # columns with a slope; all by default
    value_scale: Exact | None = None
    slope_scale: Exact | None = None


def _central(case: RowCase, row: list[Any], i: int, digits: int) -> Any:
    with mp.workdps(digits):
        step = mp.mpf(10) ** -40 * (abs(row[i]) or max(map(abs, row)))
        ahead, behind = ([*row[:i], row[i] + s, *row[i + 1 :]] for s in (step, -step))
        return (case.exact(ahead) - case.exact(behind)) / (2 * step)


def exact_slopes(case: RowCase, row: list[Any], columns: Sequence[int]) -> list[Any]:
    """By central differences; with digits enough for slopes down to the subnormals of float64."""
    plain = [_central(case, row, i, 200) for i in columns]
    return [
        s if abs(s) > mp.mpf(10) ** -90 else _central(case, row, i, 600)
        for i, s in zip(columns, plain, strict=True)
    ]


def measure_rows(case: RowCase, dtype: torch.dtype, count: int = 150, seed: int = 0) -> tuple[Error, Error]:
    """Worst error of the value, and of the slopes of all entries together."""
    rng = random.Random(seed)
    rows = [case.draw(rng, dtype) for _ in range(count)]
    x = torch.tensor(rows, dtype=torch.float64).to(dtype).requires_grad_()
    y = case.ours(x)
    (grad,) = torch.autograd.grad(y.sum(), x)
    assert y.shape == (count,), y.shape
    columns = range(x.shape[1]) if case.learned is None else case.learned
    value, slope = Error(), Error()
    for i, given in enumerate(x.detach().double().tolist()):
        if not any(given):
            continue  # a row that rounded to 0: what happens there is said by the tests of special values
        row = [mp.mpf(v) for v in given]
        size = case.value_scale(row) if case.value_scale else None
        with mp.workdps(200):
            exact = case.exact(row)
        judge(value, float(y.detach()[i]), exact, dtype, tuple(given), size)
        around = case.slope_scale(row) if case.slope_scale else None
        for j, want in zip(columns, exact_slopes(case, row, columns), strict=True):
            judge(slope, float(grad[i, j]), want, dtype, (j, *given), around)
    return value, slope


def logits(k: int) -> Callable[[random.Random, torch.dtype], Row]:
    """Numbers of one random size, now and then with a large offset, equal entries or two sizes."""

    def draw(rng: random.Random, dtype: torch.dtype) -> Row:
        scale = 10 ** rng.uniform(-3, 2)
        row = [rng.gauss(0, 1) * scale for _ in range(k)]
        match rng.randrange(5):
            case 0:
                offset = rng.choice((-1, 1)) * 10 ** rng.uniform(0, 4)
                row = [v + offset for v in row]
            case 1:
                row[1] = row[0]
            case 2:
                row[0] *= 1e-3
            case _:
                pass
        return row

    return draw


def vectors(k: int, low: float = 0.0, high: float = 1.0) -> Callable[[random.Random, torch.dtype], Row]:
    """Entries around a power of two drawn over the range of the format (low..high of it), sometimes apart."""

    def draw(rng: random.Random, dtype: torch.dtype) -> Row:
        _, mantissa, smallest = BITS[dtype]
        start, stop = smallest - mantissa + 2, -smallest - 3
        exponent = start + (low + (high - low) * rng.random()) * (stop - start)
        spread = rng.choice((0, 0, 8))
        return [rng.gauss(0, 1) * 2.0 ** (exponent - rng.uniform(0, spread)) for _ in range(k)]

    return draw


def joined(
    *parts: Callable[[random.Random, torch.dtype], Row],
) -> Callable[[random.Random, torch.dtype], Row]:
    return lambda rng, dtype: [v for part in parts for v in part(rng, dtype)]


def numbers(
    make: Callable[[random.Random], float], k: int = 1
) -> Callable[[random.Random, torch.dtype], Row]:
    return lambda rng, dtype: [make(rng) for _ in range(k)]
