"""Which experiments are made, in which order, when they stop, and what is said of each: on a program that is made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from numsan.core.finding import Finding, Proof
from numsan.diagnose.experiments.budget import Budget
from numsan.diagnose.experiments.experiment import Experiment, read
from numsan.diagnose.experiments.plan import planned
from numsan.diagnose.experiments.rate import last_good
from numsan.diagnose.experiments.samples import smallest, without
from numsan.diagnose.experiments.series import Series
from tests.diagnose.test_verdict import finding

STEP = 40
FINE: dict[str, Any] = {
    "failed": None, "steps": STEP + 9, "status": None, "error": None, "touched": 1, "losses": [(STEP, 0.5)],
}  # fmt: skip
FAILS = {**FINE, "failed": {"what": "loss", "where": "", "step": STEP}, "steps": STEP}
REPLAYED = (Proof(experiment="replay", outcome="nonfinite", detail="program re-executed: failed at step 40"),)


@dataclass
class Program:
    """`copies`: the answer by factor, `in_place` what the step shows by factor; `asked` notes what was run."""

    copies: dict[str, Any] = field(default_factory=dict[str, Any])
    in_place: dict[str, Any] = field(default_factory=dict[str, Any])
    asked: list[str] = field(default_factory=list[str])
    took: float = 0.0
    threads: int = 1
    scaled: bool = False
    compiled: bool = False
    loaded: bool = False
    text: str = ""
    step: int = STEP
    loss: float | None = None
    history: list[Any] = field(default_factory=list[Any])
    needed: frozenset[int] = frozenset()  # samples of which one must be there for a failure

    @property
    def captured(self) -> Any:
        return self

    def run(self, factor: str, value: float, module: str = "") -> Any:
        if factor not in self.in_place:
            return None
        self.asked.append(f"{factor} in place")
        return SimpleNamespace(finite=self.in_place[factor], losses=(0.5,), touched=1)

    def changed(self, factor: str, seconds: float, **how: Any) -> Any:
        self.asked.append(factor)
        if factor == "without-samples":
            return FAILS if self.needed - set(how["samples"]) else FINE
        return self.copies.get(factor, FAILS)


def series(program: Program, found: Finding, seconds: float = 60.0) -> Series:
    made = Series(found, program, Budget(seconds), Budget(seconds))
    made.run()
    return made


def outcomes(made: Series) -> dict[str, str]:
    return {p.experiment: p.outcome for p in made.done}


def names(found: Finding, **program: Any) -> list[str]:
    return [e.name for e in planned(found, Program(**program))]


def test_plans_follow_from_the_finding() -> None:
    assert names(finding("domain"))[:2] == ["float64", "as it is"]
    assert "float64" not in names(finding("domain", "float64"))
    assert "float64" not in names(finding("data"))
    assert "float64" not in names(finding("domain", phase="data"))
    assert names(finding("data", samples=(3,)), loaded=True)[:2] == ["as it is", "without the samples"]
    assert "without the samples" not in names(finding("data", samples=(3,)))
    assert names(finding("explosion"))[1:3] == ["learning rate x0.1", "clipped"]
    assert "unclipped" in names(finding("explosion"), text="clip_grad_norm_(p, 5.0)")
    assert "autocast off" in names(finding(dtype="float16"), text="torch.autocast('cpu')")
    assert "autocast off" not in names(finding(dtype="float32"), text="torch.autocast('cpu')")
    assert "loss scale 1" in names(finding(), scaled=True)
    assert "eager" in names(finding(), compiled=True)
    assert "threads" in names(finding(), threads=4)
    assert "threads" not in names(finding(), threads=1)
    assert "moments reset" in names(finding("domain", phase="optimizer"))
    assert names(finding(code="NS801"))[0] == "as it is"


def test_the_step_in_place_is_enough() -> None:
    program = Program(in_place={"float64": True})
    made = series(program, finding(proof=REPLAYED))
    assert program.asked == ["float64 in place"]
    assert outcomes(made) == {"float64": "finite"}
    assert made.said().startswith("1 of 2 experiments in 0.0 s of 60; ")
    assert made.said().endswith("stopped when the verdict was clear")


def test_what_only_a_replay_in_place_showed_is_run_again() -> None:
    """Its state may have been spoilt by something that does not happen again."""
    program = Program(in_place={"float64": True})
    assert outcomes(series(program, finding())) == {"float64": "finite", "as it is": "nonfinite"}
    spoilt = series(Program(in_place={"float64": True}, copies={"none": FINE}, loss=0.5), finding())
    assert spoilt.verdict() is not None and spoilt.verdict().vanished  # pyright: ignore[reportOptionalMemberAccess]


def history(*losses: float) -> list[Any]:
    return [SimpleNamespace(step=s, loss=loss, grad=1.0) for s, loss in enumerate(losses)]


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (
            {**FINE, "losses": [(0, 3.0), (1, 2.0)]},
            "finite",
            "its losses are the same bit for bit (2 compared)",
        ),
        (
            {**FINE, "losses": [(0, 3.0), (1, 2.5)]},
            "finite",
            "its losses are other ones from step 1 on (2.5 instead of 2 there)",
        ),
        ({**FINE, "losses": [(0, 3.5), (1, 2.5)]}, "not-run", "are all generators seeded?"),
        (
            {**FAILS, "losses": [(0, 3.5), (1, 2.5)]},
            "nonfinite",
            "its losses are other ones from the first on",
        ),
        ({**FINE, "losses": []}, "not-run", "no loss by which a copy could be known as one"),
        ({**FAILS, "losses": []}, "nonfinite", "as before"),
    ],
)
def test_a_copy_must_be_one(answer: Any, outcome: str, says: str) -> None:
    program = Program(copies={"none": answer}, history=history(3.0, 2.0))
    control = series(program, finding(code="NS801")).done[0]
    assert (control.experiment, control.outcome) == ("as it is", outcome)
    assert says in control.detail


def test_half_precision_is_asked_from_the_start_where_the_state_may_be_spoilt() -> None:
    program = Program(in_place={"float64": False}, copies={"float64": FINE})
    made = series(program, finding(dtype="float16"))
    assert outcomes(made)["float64 from the start"] == "finite"
    assert made.verdict() is not None and made.verdict().name == "format"  # pyright: ignore[reportOptionalMemberAccess]
    assert "float64 from the start" not in outcomes(series(Program(in_place={"float64": False}), finding()))


def test_what_is_undecided_is_asked_further() -> None:
    program = Program(copies={"threads": FINE}, threads=1)
    made = series(program, finding(code="NS801"))
    assert outcomes(made) == {"as it is": "nonfinite", "threads": "finite", "deterministic": "nonfinite",
                              "memory filled": "nonfinite"}  # fmt: skip
    assert made.stopped == "all were run"


def test_time_ends_it() -> None:
    slow = Program(took=50.0, in_place={})
    made = series(slow, finding(), seconds=10.0)
    assert slow.asked == []
    assert set(outcomes(made).values()) == {"not-run"}
    assert made.done[0].detail.startswith("a run up to the step takes 50 s; ")
    assert made.said().endswith("the others could not be run")
    none = series(Program(), finding(), seconds=0.0)
    assert none.done == ()
    assert none.said().endswith("the rest of the time is the repair's")


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (None, "not-run", "no answer in 5 s"),
        ({**FINE, "error": "ValueError: no", "status": 1}, "not-run", "does not run with slow from step 3 (ValueError: no)"),
        ({**FINE, "touched": 0}, "not-run", "does not come by it"),
        ({**FINE, "steps": 7}, "not-run", "only 7 steps in 5 s"),
        (FINE, "finite", "slow from step 3: finite for 49 steps (it failed at step 40)"),
        ({**FINE, "status": 0}, "finite", "finite to its end, 49 steps"),
        (FAILS, "nonfinite", "the loss is not finite at step 40, as before"),
        ({**FAILS, "failed": {"what": "weight", "where": "a.b", "step": 44}}, "different",
         "the weight of a.b is not finite at step 44 (before: 40)"),
    ],
)  # fmt: skip
def test_answers_are_read(answer: Any, outcome: str, says: str) -> None:
    experiment = Experiment(name="slow", factor="rate", says="slow", since=3)
    result = read(experiment, answer, STEP, 5.0)
    assert (result.proof.outcome, result.later) == (outcome, outcome == "different")
    assert says in result.proof.detail


def test_copies_are_faster_than_the_first_run() -> None:
    """Five of them fit, though the first run took nearly all the time that there is."""
    made = series(Program(took=9.0, loaded=True, copies={"rate": FAILS}), finding(code="NS801"), seconds=10.0)
    assert "not-run" not in outcomes(made).values()
    tight = Program(took=9.0, in_place={"float64": True})
    late = Series(finding(), tight, Budget(1.0), Budget(10.0))
    late.run()
    assert outcomes(late) == {"float64": "finite", "as it is": "nonfinite"}  # the control has all the time


def test_the_fewest_samples_are_found() -> None:
    program = Program(needed=frozenset({5}), loaded=True)
    made = series(program, finding("data", samples=tuple(range(8))))
    assert outcomes(made)["without the samples"] == "finite"
    assert made.done[-1].experiment == "fewest samples"
    assert "sample 5 alone of the 8 named" in made.done[-1].detail


def test_it_does_not_look_for_the_fewest_without_time() -> None:
    asked: list[Experiment] = []
    found = smallest((1, 2, 3), lambda e: asked.append(e) or read(e, FAILS, STEP, 1.0), lambda: False)
    assert (found, asked) == ((1, 2, 3), [])
    assert without((1, 2)).samples == (1, 2)


def test_the_last_good_step() -> None:
    norms = [
        SimpleNamespace(step=s, grad=g) for s, g in enumerate([1.0, 2.0, 1.0, 1.5, 40.0, 1e9, float("inf")])
    ]
    assert last_good(norms) == 3
    assert last_good(norms[:4]) == 2
    assert last_good([]) == 0
