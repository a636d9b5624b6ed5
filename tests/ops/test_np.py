"""The numpy twins: without torch, against mpmath, with the special values of the torch forms."""

from __future__ import annotations

import math
import subprocess
import sys

import mpmath as mp
import numpy as np
import pytest
import torch
from ops_cases import CASES
from ops_harness import Error, judge, points

from numsan import ops
from numsan.ops import np as twins

NAMES = [
    "log1mexp",
    "log1pexp",
    "softplus_inverse",
    "sigmoid",
    "log_sigmoid",
    "log_cosh",
    "logit",
    "logit_from_log",
    "logsubexp",
    "xlogy",
    "cosm1",
    "log1psquare",
    "logaddexp",
    "powm1",
    "silu",
    "sqrt1pm1",
    "tanh_log_det",
    "xlog1py",
    "xlogx",
    "exprel",
    "log1pmx",
    "sinc",
    "log_mix",
    "erf",
    "erfc",
    "erfcx",
    "gelu",
    "log_ndtr",
    "log_sigmoid_difference",
    "mish",
    "ndtr",
]
FORMATS = {np.float64: torch.float64, np.float32: torch.float32, np.float16: torch.float16}


def test_needs_no_torch() -> None:
    code = "import sys, numsan.ops.np as t; assert 'torch' not in sys.modules; print(t.log1mexp(-1.0))"
    assert subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.startswith("-0.458")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMATS)
def test_values_are_within_the_target(name: str, form: type) -> None:
    case = next(c for c in CASES if c.name == name)
    dtype, error = FORMATS[form], Error()
    rows = points(case, dtype, 60, 2)
    with np.errstate(over="ignore"):
        got = getattr(twins, name)(*(np.array(c, form) for c in zip(*rows, strict=True)))
    assert got.dtype == form
    for value, row in zip(got, rows, strict=True):
        args = [mp.mpf(v) for v in row]
        judge(
            error,
            float(value),
            case.exact(*args),
            dtype,
            row,
            case.conditioned(*args) if case.conditioned else None,
        )
    assert error.worst <= (0.51 if form is np.float16 else case.target[0] + 0.5), error
    assert error.subnormal <= 4, error
    assert error.wrong_nonfinite == 0 and error.points > 40


def test_reductions_agree_with_the_torch_forms() -> None:
    x = np.random.default_rng(0).normal(size=(3, 5)) * 30
    t = torch.from_numpy(x)
    mask = x > 0
    mask[1] = False
    tmask = torch.from_numpy(mask)
    assert np.allclose(twins.logsumexp(x, 1), ops.logsumexp(t, 1))
    assert np.allclose(twins.logsumexp(x, 1, where=mask), ops.logsumexp(t, 1, mask=tmask))
    assert np.allclose(
        twins.logsumexp(x, 1, weights=[1, 2, 0, 1, 1]),
        ops.logsumexp(t, 1, weights=torch.tensor([1.0, 2, 0, 1, 1]).double()),
    )
    assert np.allclose(twins.logmeanexp(x, 0), ops.logmeanexp(t, 0))
    assert np.allclose(twins.softmax(x, 1, mask), ops.softmax(t, 1, mask=tmask))
    assert np.allclose(twins.log_softmax(x, 1, mask), ops.log_softmax(t, 1, mask=tmask))
    assert twins.logsumexp(np.array([np.inf, 0.0])) == np.inf
    assert np.isnan(twins.logsumexp(np.array([0.0, np.nan])))
    assert twins.logsumexp(np.zeros((2, 0)), 1).tolist() == [-math.inf] * 2
    assert twins.logsumexp(np.float32([1, 2])).dtype == np.float32


@pytest.mark.parametrize("form", FORMATS)
def test_quantiles_and_intervals_of_the_normal_distribution(form: type) -> None:
    p = np.array([1e-7, 0.01, 0.3, 0.5, 0.9, 0.99], form)
    exact = [mp.sqrt(2) * mp.erfinv(2 * mp.mpf(float(v)) - 1) for v in p]
    eps = float(np.finfo(form).eps)
    assert np.allclose(twins.ndtri(p).astype(float), [float(v) for v in exact], rtol=4 * eps, atol=0)
    low, high = np.array([20.0, -3.0, -np.inf, 2.0], form), np.array([21.0, 4.0, np.inf, 2.0], form)
    want = ops.log_ndtr_difference(torch.from_numpy(low), torch.from_numpy(high)).numpy()
    got = twins.log_ndtr_difference(low, high)
    assert got.dtype == form and np.allclose(got.astype(float), want.astype(float), rtol=4 * eps)
    assert twins.ndtri(np.array([0.0, 1.0, 2.0], form)).tolist()[:2] == [-math.inf, math.inf]


def test_signed_and_cumulative_forms_agree_with_the_torch_forms() -> None:
    x = np.random.default_rng(1).normal(size=(3, 5)) * 30
    w = np.random.default_rng(2).normal(size=(3, 5))
    t, u = torch.from_numpy(x), torch.from_numpy(w)
    for got, want in (
        (twins.logsumexp_signed(x, w, 1), ops.logsumexp_signed(t, u, 1)),
        (twins.logsubexp_signed(x, w), ops.logsubexp_signed(t, u)),
        (twins.log_abs_prod(x, 1), ops.log_abs_prod(t, 1)),
        (twins.log_abs_cumprod(x, 1), ops.log_abs_cumprod(t, 1)),
        ((twins.logcumsumexp(x, 1),), (ops.logcumsumexp(t, 1),)),
        ((twins.safe_div(x, w),), (ops.safe_div(t, u),)),
        ((twins.mul_no_nan(x, w),), (ops.mul_no_nan(t, u),)),
        ((twins.softplus(x, 2.0),), (ops.softplus(t, 2.0),)),
    ):
        for a, b in zip(got, want, strict=True):
            assert np.allclose(a, b, rtol=1e-12)
    assert twins.log_abs_prod(np.array([2.0, 0.0]))[0] == -math.inf


def test_special_values_are_those_of_the_torch_forms() -> None:
    from ops_specials import ONE, POINTS

    for name in set(ONE) & set(twins.__all__):
        got = getattr(twins, name)(np.array(POINTS))
        want = getattr(ops, name)(torch.tensor(POINTS, dtype=torch.float64)).numpy()
        assert np.allclose(got, want, rtol=1e-14, equal_nan=True), (name, got, want)


def test_refusals_and_edges() -> None:
    for bad in (np.arange(3), np.ones(2, complex), np.array([True])):
        with pytest.raises(TypeError, match="needs floating-point numbers"):
            twins.log1mexp(bad)
    assert twins.log1mexp(np.array([0.0, -np.inf])).tolist() == [-math.inf, 0]
    assert np.isnan(twins.log1mexp(1.0)) and np.isnan(twins.logsubexp(1.0, 2.0))
    assert twins.logsubexp(-np.inf, -np.inf) == -np.inf
