"""Nothing changed, in a new copy of the program: what does not fail again is no property of an expression.

A copy that draws other random numbers, as from an unseeded generator of its own, is no copy and shows nothing: its losses
must be those of the failing run, bit for bit, at least for a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Result, Run, not_run


def control() -> Experiment:
    return Experiment(name="as it is", factor="none", says="the program as it is")


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    known = any(p.outcome == "nonfinite" and "re-executed" in p.detail for p in finding.proof)
    if not known or finding.code == "NS801":
        yield control()


def compared(result: Result, losses: dict[int, float | None], run: Run) -> Result:
    """The result of a control with these losses, beside those that the failing run had."""
    before = {n.step: n.loss for n in run.history if n.step < run.step and n.loss is not None}
    if run.loss is not None and isfinite(run.loss):
        before[run.step] = run.loss
    pairs = [(s, before[s], now) for s in sorted(before) if (now := losses.get(s)) is not None]
    other = next(((s, a, b) for s, a, b in pairs if a != b), None)
    if result.proof.outcome == "not-run":
        return result
    if not pairs:
        fails = result.proof.outcome == "nonfinite"
        return (
            result if fails else not_run(control(), "there is no loss by which a copy could be known as one")
        )
    if other is None:
        return _told(result, f"its losses are the same bit for bit ({len(pairs)} compared)")
    step, was, now = other
    if result.proof.outcome != "nonfinite" and step == pairs[0][0]:
        return not_run(control(), f"a copy has other losses from step {step} on ({now:.6g} instead of {was:.6g}), so it "
                       "is another run: are all generators seeded?")  # fmt: skip
    first = "from the first on" if step == pairs[0][0] else f"from step {step} on"
    return _told(result, f"its losses are other ones {first} ({now:.4g} instead of {was:.4g} there)")


def _told(result: Result, more: str) -> Result:
    return replace(result, proof=replace(result.proof, detail=f"{result.proof.detail}; {more}"))
