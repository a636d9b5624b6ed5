"""The practitioner's checklist: what an examination and its experiments say, as symptom, cause and fix."""

from __future__ import annotations

from statistics import fmean

from numsan.diagnose.checkup import data, numbers
from numsan.diagnose.checkup.course import Faster, course, rates
from numsan.diagnose.checkup.line import Answer, Line, losses_of
from numsan.diagnose.symptoms import SYMPTOMS, diverging

__all__ = ["Line", "checkup"]


def checkup(
    seen: Answer, faster: Faster, double: Answer | None, findings: list[tuple[str, int, str, str]]
) -> list[Line]:
    """`seen`: the close look; `faster`: the program at multiples of its learning rate; `double`: in float64;
    `findings`: of `numsan check` in its files."""
    train, valid = losses_of(seen), _by_evaluation(seen["valid"])
    if diverging(train, valid):
        return [_methodological(train, valid)]
    return [
        *data.data(seen), course(seen, faster, double), *rates(seen, faster), *numbers.gradients(seen),
        *data.code(findings), *numbers.float64(seen, double), *numbers.half(seen), *numbers.conditioning(seen),
    ]  # fmt: skip


def _by_evaluation(valid: list[tuple[int, float]]) -> list[float]:
    """One validation loss for each time the program evaluated."""
    groups: dict[int, list[float]] = {}
    for step, loss in valid:
        groups.setdefault(step, []).append(loss)
    return [fmean(x) for _, x in sorted(groups.items())]


def _methodological(train: list[float], valid: list[float]) -> Line:
    went = f"training {train[0]:.4g} to {train[-1]:.4g}, validation {min(valid):.4g} up to {valid[-1]:.4g}"
    return Line(
        name="method", ok=False, says=f"{SYMPTOMS['diverging']}: {went}",
        cause="overfitting, a leak or another distribution: the arithmetic has no part in it",
        fix="stop earlier, regularise, or compare the two data sets; there is nothing for numsan to mend",
    )  # fmt: skip
