"""Special values of the pointwise operations, value and slope, in all four formats, as their docstrings say."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from numsan import ops

INF, NAN = math.inf, math.nan
# operation, argument, value, slope
SPECIALS = [
    (ops.log1mexp, 0.0, -INF, -INF),
    (ops.log1mexp, -INF, 0.0, 0.0),
    (ops.log1pexp, -INF, 0.0, 0.0),
    (ops.log1pexp, INF, INF, 1.0),
    (ops.softplus_inverse, 0.0, -INF, INF),
    (ops.softplus_inverse, INF, INF, 1.0),
    (ops.log_sigmoid, -INF, -INF, 1.0),
    (ops.log_sigmoid, INF, 0.0, 0.0),
    (ops.log_cosh, 0.0, 0.0, 0.0),
    (ops.log_cosh, -INF, INF, -1.0),
    (ops.tanh_log_det, INF, -INF, -2.0),
    (ops.logit, 0.0, -INF, INF),
    (ops.logit, 1.0, INF, INF),
    (ops.logit_from_log, 0.0, INF, INF),
    (ops.sigmoid, INF, 1.0, 0.0),
    (ops.sigmoid, -INF, 0.0, 0.0),
    (ops.tanh, INF, 1.0, 0.0),
    (ops.expm1, -INF, -1.0, 0.0),
    (ops.silu, -INF, 0.0, 0.0),
    (ops.silu, INF, INF, 1.0),
    (ops.gelu, -INF, 0.0, 0.0),
    (ops.gelu, INF, INF, 1.0),
    (ops.mish, -INF, 0.0, 0.0),
    (ops.mish, INF, INF, 1.0),
    (ops.sinc, 0.0, 1.0, 0.0),
    (ops.sinc, INF, 0.0, 0.0),
    (ops.sqrt1pm1, -1.0, -1.0, INF),
    (ops.sqrt1pm1, INF, INF, 0.0),
    (ops.exprel, 0.0, 1.0, 0.5),
    (ops.exprel, -INF, 0.0, 0.0),
    (ops.exprel, INF, INF, INF),
    (ops.acosh, 1.0, 0.0, INF),
    (ops.atanh, 1.0, INF, INF),
    (ops.ndtr, -INF, 0.0, 0.0),
    (ops.ndtr, INF, 1.0, 0.0),
    (ops.log_ndtr, INF, 0.0, 0.0),
    (ops.log_ndtr, -INF, -INF, INF),
    (ops.ndtri, 0.5, 0.0, math.sqrt(2 * math.pi)),
    (ops.xlogx, 0.0, 0.0, -INF),
    (ops.logit, -0.0, -INF, INF),
    (ops.log1pmx, -1.0, -INF, INF),
    (ops.log1pmx, INF, -INF, -1.0),
]
# operation, arguments, value, slopes
PAIRS = [
    (ops.logsubexp, (2.0, 2.0), -INF, (INF, -INF)),
    (ops.logsubexp, (-INF, -INF), -INF, (0.0, 0.0)),
    (ops.logsubexp, (2.0, -INF), 2.0, (1.0, 0.0)),
    (ops.logaddexp, (INF, INF), INF, (0.5, 0.5)),
    (ops.log_sigmoid_difference, (2.0, 2.0), -INF, (INF, -INF)),
    (ops.log_sigmoid_difference, (-INF, -INF), -INF, (INF, -INF)),
    (ops.log_sigmoid_difference, (INF, -INF), 0.0, (0.0, 0.0)),
    (ops.powm1, (0.0, 0.0), 0.0, (0.0, -INF)),
    (ops.powm1, (0.0, 2.0), -1.0, (0.0, 0.0)),
    (ops.powm1, (2.0, -INF), -1.0, (0.0, 0.0)),
    (ops.atan2, (INF, 2.0), math.pi / 2, (0.0, 0.0)),
    (ops.atan2, (2.0, INF), 0.0, (0.0, 0.0)),
    (ops.atan2, (0.0, 0.0), 0.0, (0.0, 0.0)),
    (ops.hypot, (0.0, 0.0), 0.0, (0.0, 0.0)),
    (ops.hypot, (INF, 2.0), INF, (1.0, 0.0)),
    (ops.xlogy, (0.0, 0.0), 0.0, (0.0, 0.0)),
    (ops.xlog1py, (0.0, -1.0), 0.0, (0.0, 0.0)),
    (ops.safe_div, (2.0, 0.0), 0.0, (0.0, 0.0)),
    (ops.mul_no_nan, (0.0, INF), 0.0, (0.0, 0.0)),
    (ops.log_mix, (0.0, 1000.0, 5.0), 5.0, (INF, 0.0, 1.0)),
    (ops.log_mix, (1.0, 5.0, 1000.0), 5.0, (-INF, 1.0, 0.0)),
    (ops.log_mix, (0.5, -INF, -INF), -INF, (0.0, 0.5, 0.5)),
    (ops.logsubexp, (INF, 2.0), INF, (1.0, 0.0)),
    (ops.log_ndtr_difference, (-INF, 0.0), -math.log(2), (0.0, math.sqrt(2 / math.pi))),
    (ops.log_ndtr_difference, (-INF, INF), 0.0, (0.0, 0.0)),
]
WIDTH = 33  # more than the lanes of a vector register, and no multiple of them
OUTSIDE = [
    (ops.log1mexp, 1.0), (ops.softplus_inverse, -1.0), (ops.logit, 1.5), (ops.logit_from_log, 1.0), (ops.acos, 2.0),
    (ops.acosh, 0.5), (ops.atanh, 2.0), (ops.sqrt1pm1, -2.0), (ops.log1pmx, -2.0), (ops.safe_log, -1.0),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize(("operation", "x", "value", "slope"), SPECIALS)
def test_special_value_and_slope(operation, x: float, value: float, slope: float, dtype: torch.dtype) -> None:
    leaf = torch.full((33,), x, dtype=dtype, requires_grad=True)
    y = operation(leaf)
    (g,) = torch.autograd.grad(y.sum(), leaf)
    for got, want in ((y, value), (g, slope)):
        assert torch.allclose(got.double(), torch.full((33,), want, dtype=torch.float64), rtol=5e-3), (
            got[0],
            want,
        )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize(("operation", "x", "value", "slopes"), PAIRS)
def test_special_pairs(operation, x, value: float, slopes, dtype: torch.dtype) -> None:
    leaves = [torch.full((33,), v, dtype=dtype, requires_grad=True) for v in x]
    y = operation(*leaves)
    grads = torch.autograd.grad(y.sum(), leaves)
    for got, want in zip((y, *grads), (value, *slopes), strict=True):
        assert torch.allclose(got.double(), torch.full((33,), want, dtype=torch.float64), rtol=5e-3), (
            got[0],
            want,
        )


def compiled_as_one(rows: list[tuple[Any, ...]]) -> None:
    """Every operation once, with the arguments of all its rows in one tensor: compiling is what takes the time."""
    torch.compiler.reset()
    of = {f: [row[1:] for row in rows if row[0] is f] for f, *_ in rows}
    leaves = [[filled(column) for column in zip(*(x for x, *_ in own), strict=True)] for own in of.values()]
    compiled = torch.compile(lambda xs: [f(*x) for f, x in zip(of, xs, strict=True)], fullgraph=True)
    for f, y, args in zip(of, compiled(leaves), leaves, strict=True):
        grads = torch.autograd.grad(y.sum(), args, retain_graph=True)
        got = torch.stack([y, *grads]).unflatten(1, (-1, WIDTH))
        for i, (x, *wanted) in enumerate(of[f]):
            for numbers, want in zip(got[:, i], wanted, strict=True):
                assert torch.allclose(numbers, torch.full((WIDTH,), want), rtol=1e-5), (
                    f.__name__,
                    x,
                    numbers[0],
                    want,
                )


def filled(values: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(values).repeat_interleave(WIDTH).requires_grad_()


@pytest.mark.slow
def test_special_pairs_compiled() -> None:
    compiled_as_one([(f, x, value, *slopes) for f, x, value, slopes in PAIRS])


@pytest.mark.slow
def test_special_values_compiled() -> None:
    compiled_as_one([(f, (x,), value, slope) for f, x, value, slope in SPECIALS])


@pytest.mark.parametrize(
    ("operation", "x", "value", "slope"), [s for s in SPECIALS if math.isinf(s[3]) and math.isfinite(s[1])]
)
def test_a_zero_upstream_gradient_silences_a_pole(operation, x: float, value: float, slope: float) -> None:
    leaf = torch.tensor([x, x], requires_grad=True)
    (g,) = torch.autograd.grad(operation(leaf), leaf, torch.tensor([0.0, 1.0]))
    assert g[0] == 0 and g[1].item() == slope


@pytest.mark.parametrize(("operation", "x"), OUTSIDE)
def test_outside_of_the_domain_is_nan(operation, x: float) -> None:
    assert operation(torch.tensor([x])).isnan().all()
