"""Without the samples of the finding, then with as few of them as still make it fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Result, Run, of_data

NAME = "without the samples"
_FEW = 4  # samples that stand out: their values may be what is wrong
_MOST = 16  # of more, a smallest set is not looked for


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if finding.samples and run.loaded:
        few = len(finding.samples) <= _FEW and finding.kind == "overflow"
        yield without(finding.samples, first=few or of_data(finding))


def without(samples: tuple[int, ...], *, first: bool = True) -> Experiment:
    shown = ", ".join(map(str, samples[:6])) + (f" and {len(samples) - 6} more" if len(samples) > 6 else "")
    return Experiment(
        name=NAME, factor="without-samples", says=f"without samples {shown}", samples=samples, first=first
    )


def smallest(
    samples: tuple[int, ...], run: Callable[[Experiment], Result], affordable: Callable[[], bool]
) -> tuple[int, ...]:
    """Delta debugging: halves, then quarters and so on, of the samples that suffice to make it fail."""
    kept, parts = samples, 2
    while 1 < len(kept) <= _MOST and parts <= len(kept):
        size = -(-len(kept) // parts)
        for chunk in (kept[i : i + size] for i in range(0, len(kept), size)):
            if not affordable():
                return kept
            gone = tuple(s for s in samples if s not in chunk)
            if run(without(gone)).proof.outcome == "nonfinite":
                kept, parts = chunk, 1
                break
        parts *= 2
    return kept
