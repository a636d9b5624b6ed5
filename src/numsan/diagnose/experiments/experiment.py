"""One experiment: a factor, how it is changed, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from numsan.core.finding import Finding, Proof

_BEYOND = 8  # steps after the one that failed: a late look at the weights would have told by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """`since`: the first step of the change; `in_place`: the failing step alone can show it; `first`: it is needed for
    the verdict, the others only where the first ones leave it open."""

    name: str
    factor: str
    says: str
    value: float = 0.0
    module: str = ""
    since: int = 0
    beyond: int = _BEYOND
    in_place: bool = False
    samples: tuple[int, ...] = ()
    first: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it; `later`: another step fails, and not before the one that did. `losses` by step."""

    proof: Proof
    losses: dict[int, float | None] = field(default_factory=dict[int, float | None])
    later: bool = False


class Run(Protocol):
    """What plans look at."""

    @property
    def step(self) -> int: ...
    @property
    def loss(self) -> float | None: ...
    @property
    def took(self) -> float: ...
    @property
    def threads(self) -> int: ...
    @property
    def scaled(self) -> bool: ...
    @property
    def compiled(self) -> bool: ...
    @property
    def loaded(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def history(self) -> list[Any]: ...


class Bench(Run, Protocol):
    """What experiments are done with; see `numsan.watch.laboratory`."""

    @property
    def captured(self) -> Any: ...
    def changed(self, factor: str, seconds: float, **how: Any) -> dict[str, Any] | None: ...


def in_place(experiment: Experiment, bench: Bench) -> Result | None:
    """On the failing step alone; None where it does not repeat in place."""
    seen = bench.captured.run(experiment.factor, experiment.value, experiment.module)
    if seen is None:
        return None
    if not seen.touched:
        return not_run(experiment, "the step does not come by it")
    found: tuple[float, ...] = seen.losses
    losses = ", ".join(f"{x:.4g}" for x in found[:3])
    what = "loss and gradients are finite" if seen.finite else "it fails as before"
    proof = Proof(
        experiment=experiment.name, outcome="finite" if seen.finite else "nonfinite",
        detail=f"the step in place, {experiment.says}: {what} (loss {losses or 'not read'})",
    )  # fmt: skip
    return Result(proof, {bench.step: max(map(abs, found), default=None)} if seen.finite else {})


def in_a_copy(experiment: Experiment, bench: Bench, seconds: float, needed: float) -> Result:
    """In a copy of the program that runs from its start, which needs so many seconds."""
    if seconds < needed:
        return not_run(experiment, f"a run up to the step takes {needed:.3g} s; {seconds:.3g} s were left")
    answer = bench.changed(
        experiment.factor, seconds, value=experiment.value, module=experiment.module, since=experiment.since,
        until=bench.step + experiment.beyond, samples=list(experiment.samples),
    )  # fmt: skip
    return read(experiment, answer, bench.step, seconds)


def read(experiment: Experiment, answer: dict[str, Any] | None, step: int, seconds: float) -> Result:
    """The outcome of a copy, from its answer."""
    if answer is None:
        return not_run(experiment, f"no answer in {seconds:.3g} s")
    failed, steps, status = answer["failed"], answer["steps"], answer["status"]
    since = f" from step {experiment.since}" if experiment.since else ""
    how = f"{experiment.says}{since}"
    if answer["error"] is not None and failed is None:
        return not_run(experiment, f"the program does not run with {how} ({answer['error'][:160]})")
    if not answer["touched"] and experiment.factor != "none":
        return not_run(experiment, "the program does not come by it")
    if failed is not None:
        same = failed["step"] == step
        detail = f"{how}: {_signal(failed)} is not finite at step {failed['step']}" + (
            ", as before" if same else f" (before: {step})"
        )
        outcome = "nonfinite" if same else "different"
        proof = Proof(experiment=experiment.name, outcome=outcome, detail=detail)
        return Result(proof, dict(answer["losses"]), later=failed["step"] > step)
    if status is None and steps <= step:
        return not_run(experiment, f"{how}: only {steps} steps in {seconds:.3g} s")
    beyond = f"finite for {steps} steps" if status is None else f"finite to its end, {steps} steps"
    detail = f"{how}: {beyond} (it failed at step {step})"
    proof = Proof(experiment=experiment.name, outcome="finite", detail=detail)
    return Result(proof, dict(answer["losses"]))


def _signal(failed: dict[str, Any]) -> str:
    return f"the {failed['what']} of {failed['where']}" if failed["where"] else f"the {failed['what']}"


def not_run(experiment: Experiment, why: str) -> Result:
    return Result(Proof(experiment=experiment.name, outcome="not-run", detail=why))


def of_data(finding: Finding) -> bool:
    """Whether it was there before the step, in what the step reads."""
    return finding.kind == "data" or finding.phase == "data"


def half(finding: Finding) -> bool:
    """Whether the failing operation read numbers of 16 bits."""
    return any(o.dtype in ("float16", "bfloat16") for o in finding.operands)
