"""Courses of a loss and the words for them; healthy ones get none."""

from __future__ import annotations

import math
import random

import pytest

from numsan.diagnose.symptoms import diverging, symptom

NOISE = random.Random(0)


def noisy(course: list[float], share: float = 0.05) -> list[float]:
    return [x * (1 + NOISE.uniform(-share, share)) for x in course]


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ([2.0 * 0.95**i + 0.1 for i in range(80)], None),
        (noisy([2.0 * 0.95**i + 0.1 for i in range(80)]), None),
        (noisy([1.0 / (1 + i) for i in range(40)], 0.3), None),
        ([2.0, 1.5, 1.2], None),
        ([2.3026 + 1e-4 * (i % 2) for i in range(60)], "stuck"),
        (noisy([2.3026] * 60, 0.003), "stuck"),
        ([2.0 * 0.9**i for i in range(30)] + [0.1 * 3.0**i for i in range(12)], "exploding"),
        ([2.0 + 1.9 * (-1) ** i for i in range(60)], "oscillating"),
        ([2.0 - 0.001 * i for i in range(80)], "slow"),
        ([2.0, 1.0, math.nan, 1.0], "nan"),
        ([1.0, math.inf], "nan"),
        ([], None),
    ],
)
def test_a_course_has_its_word(course: list[float], expected: str | None) -> None:
    assert symptom(course) == expected


def test_validation_that_turns() -> None:
    train = [2.0 * 0.97**i for i in range(100)]
    assert diverging(train, [1.8, 1.2, 1.0, 1.1, 1.4, 1.9])
    assert not diverging(train, [1.8, 1.2, 1.0, 1.02, 0.99, 1.01])
    assert not diverging([2.0] * 100, [1.0, 1.2, 1.5, 2.0])
    assert not diverging(train, [1.0, 2.0])
