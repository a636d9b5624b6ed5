"""Reductions, norms, losses and densities against mpmath, value and slope, in four formats."""

from __future__ import annotations

import pytest
from ops_cases import ROW_CASES
from ops_harness import FORMATS
from ops_rows import RowCase, measure_rows

HALF_TARGET = 0.51


@pytest.mark.slow
@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("case", ROW_CASES, ids=lambda c: c.name)
def test_value_and_slopes_are_within_the_target(case: RowCase, fmt: str) -> None:
    dtype = FORMATS[fmt]
    targets = (HALF_TARGET, HALF_TARGET) if dtype.itemsize == 2 else case.target
    for error, target in zip(measure_rows(case, dtype, count=12), targets, strict=True):
        assert error.wrong_nonfinite == 0, error
        assert error.worst <= target, error
        assert error.subnormal <= 4, error
