"""The experiments of one finding: in the order of the plan, within a share of the budget, until the verdict is clear."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import isfinite

from numsan.core.finding import Finding, Proof
from numsan.diagnose.experiments.as_it_is import compared
from numsan.diagnose.experiments.budget import Budget, side_by_side
from numsan.diagnose.experiments.experiment import Bench, Experiment, Result, half, in_a_copy, in_place
from numsan.diagnose.experiments.plan import planned
from numsan.diagnose.experiments.samples import NAME, smallest
from numsan.diagnose.verdict import Verdict, verdict

_WILD = 1e4  # times the largest loss before
_FROM_START = "float64 from the start"


@dataclass(slots=True)
class Series:
    """`done` is what came of each, in the order in which they ended."""

    finding: Finding
    bench: Bench
    budget: Budget
    whole: Budget  # without the same failure in a copy, no repair can be held against it
    results: list[Result] = field(default_factory=list[Result])
    wanted: int = 0
    stopped: str = "all were run"
    needed: float = 0.0  # seconds of a copy

    def run(self) -> None:
        self.needed = self.bench.took
        plan = planned(self.finding, self.bench)
        self.wanted = len(plan)
        for stage in ([e for e in plan if e.first], [e for e in plan if not e.first]):
            clear = self.verdict()
            if stage and clear is not None and clear.final:
                self.stopped = "stopped when the verdict was clear"
                break
            self._stage(stage)
        else:
            if any(p.outcome == "not-run" for p in self.done):
                self.stopped = "the others could not be run"
        self._fewest()

    @property
    def done(self) -> tuple[Proof, ...]:
        return tuple(r.proof for r in self.results)

    def verdict(self) -> Verdict | None:
        usual = max(
            (abs(n.loss) for n in self.bench.history if n.loss is not None and isfinite(n.loss)), default=None
        )
        now = next(
            (
                loss
                for r in self.results
                if r.proof.experiment == "float64" and (loss := r.losses.get(self.bench.step))
            ),
            None,
        )
        wild = now is not None and usual is not None and not now < _WILD * max(usual, 1e-3)
        later = frozenset(r.proof.experiment for r in self.results if r.later)
        return verdict(self.finding, (*self.finding.proof, *self.done), now if wild else None, later)

    def _stage(self, stage: list[Experiment]) -> None:
        copies: list[Experiment] = []
        for experiment in stage:
            result = (
                in_place(experiment, self.bench) if experiment.in_place and self.budget.left > 0 else None
            )
            if result is not None:
                self.results.append(result)
            copies += list(self._in_copies(experiment, result))
        self.wanted += len(copies) - len([e for e in stage if e in copies])
        workers = side_by_side()
        for at in range(0, len(copies), workers):
            self._wave(copies[at : at + workers])

    def _in_copies(self, experiment: Experiment, result: Result | None) -> Iterator[Experiment]:
        """What the step in place could not show, and what the steps before it may have spoilt."""
        if result is None:
            yield experiment
        elif experiment.factor == "float64" and result.proof.outcome == "nonfinite" and half(self.finding):
            yield Experiment(name=_FROM_START, factor="float64", says="every operation in float64")

    def _wave(self, wave: list[Experiment]) -> None:
        if self.budget.left <= 0:
            self.stopped = "the rest of the time is the repair's"
            return
        with ThreadPoolExecutor(len(wave)) as pool:
            self.results += pool.map(self._copied, wave)

    def _copied(self, experiment: Experiment) -> Result:
        """A copy is not traced and imports nothing, so it is faster than the first run: how much, the first ones tell."""
        began, control = time.monotonic(), experiment.factor == "none"
        left = self.whole.left if control else self.budget.left
        result = in_a_copy(experiment, self.bench, left, self.needed)
        if result.proof.outcome != "not-run":
            self.needed = min(self.needed, time.monotonic() - began)
        return compared(result, result.losses, self.bench) if control else result

    def _fewest(self) -> None:
        samples = self.finding.samples
        if len(samples) < 2 or not any(p.experiment == NAME and p.outcome == "finite" for p in self.done):
            return
        fewest = smallest(
            samples,
            self._copied,
            lambda: self.budget.left > self.needed,
        )
        if len(fewest) < len(samples):
            shown = ", ".join(map(str, fewest))
            said = f"with {'sample' if len(fewest) == 1 else 'samples'} {shown} alone of the {len(samples)} named"
            proof = Proof(
                experiment="fewest samples", outcome="nonfinite", detail=f"{said} it fails as before"
            )
            self.results.append(Result(proof))

    def said(self) -> str:
        """One line on order, cost and why it stopped."""
        spent, ran = self.budget.seconds - self.budget.left, [p for p in self.done if p.outcome != "not-run"]
        return (
            f"{len(ran)} of {max(self.wanted, len(ran))} experiments in {spent:.1f} s of {self.budget.seconds:.3g}; "
            f"what the verdict needs first, then the cheapest; {self.stopped}"
        )
