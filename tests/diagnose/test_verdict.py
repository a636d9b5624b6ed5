"""One test per row of the table that turns outcomes of experiments into a verdict."""

from __future__ import annotations

from typing import Any

import pytest

from numsan.core.finding import Confidence, Finding, Kind, Operand, Outcome, Proof
from numsan.diagnose.verdict import verdict


def finding(kind: Kind = "overflow", dtype: str = "float32", **more: Any) -> Finding:
    known: dict[str, Any] = {
        "code": "NS190", "name": "n", "kind": kind, "severity": "error", "confidence": "likely", "title": "t",
        "cause": "c", "file": "train.py", "line": 3,
        "operands": (Operand(name="x", shape=(2,), dtype=dtype, min=0.0, max=1.0),),
    }  # fmt: skip
    return Finding(**{**known, **more})


def proofs(**outcomes: Outcome) -> tuple[Proof, ...]:
    return tuple(Proof(experiment=n, outcome=o, detail="d") for n, o in outcomes.items())


RATE: dict[str, Any] = {"code": "NS582"}
ROWS: list[tuple[str, Finding, dict[str, Outcome], str, Confidence | None]] = [
    ("vanished", finding(code="NS801"), {"as it is": "finite"}, "did not reproduce", "suspect"),
    ("vanished in a copy", finding(), {"as it is": "finite", "float64": "finite"}, "did not reproduce", "suspect"),
    ("elsewhere", finding(), {"as it is": "different", "float64": "finite"}, "non-deterministic", "suspect"),
    ("hidden", finding(code="NS801"), {"as it is": "nonfinite"}, "hidden state", "suspect"),
    ("compiled", finding(), {"as it is": "nonfinite", "eager": "finite"}, "compiled only", "suspect"),
    ("compiled, told by a replay", finding(code="NS801"), {"as it is": "nonfinite", "eager": "finite"},
     "compiled only", "suspect"),
    ("threads", finding(), {"float64": "finite", "threads": "finite"}, "depends on threads", "suspect"),
    ("kernels", finding(code="NS801"), {"as it is": "nonfinite", "deterministic": "finite"}, "non-deterministic",
     "suspect"),
    ("bad data", finding("data"), {"without the samples": "finite"}, "bad data", "proved"),
    ("made by the data", finding("domain", phase="data"), {"without the samples": "finite"}, "bad data", "proved"),
    ("a bad batch", finding("data"), {"other batch": "finite"}, "bad data", "proved"),
    ("wrong samples", finding("data"), {"without the samples": "nonfinite"}, "not these samples", "suspect"),
    ("slower", finding("explosion", **RATE), {"learning rate x0.1": "finite"}, "exploding training", "proved"),
    ("clipped", finding("explosion", **RATE), {"learning rate x0.1": "nonfinite", "clipped": "finite"},
     "exploding training", "proved"),
    ("a wrong gradient explodes", finding("explosion"), {"clipped": "finite"}, "exploding training", None),
    ("not the rate", finding("explosion", **RATE), {"learning rate x0": "nonfinite"}, "not the rate", "suspect"),
    ("overflow that is normal", finding("loss-scale"), {"loss scale 1": "finite"}, "loss scale", None),
    ("scale too high", finding(dtype="float16"), {"loss scale 1": "finite"}, "loss scale too high", None),
    ("no scale cures it", finding(dtype="float16"), {"loss scale 1": "nonfinite"}, "no scale cures it", None),
    ("range", finding(dtype="float16"), {"float64": "finite"}, "format", None),
    ("precision", finding("cancellation"), {"float64": "finite"}, "format", None),
    ("one module", finding(dtype="float16", module="head"), {"module in float32": "finite"}, "format", None),
    ("not that module", finding(dtype="float16", module="head"), {"module in float32": "finite",
     "float64": "nonfinite"}, "mathematics", None),
    ("edge", finding("domain", "bfloat16"), {"float64": "finite"}, "format", None),
    ("spoilt before", finding(dtype="float16"), {"float64": "nonfinite", "float64 from the start": "finite"},
     "format", None),
    ("mathematics", finding("domain"), {"float64": "nonfinite"}, "mathematics", None),
    ("mathematics in half", finding(dtype="float16"),
     {"float64": "nonfinite", "float64 from the start": "nonfinite"}, "mathematics", None),
    ("state", finding("domain", phase="optimizer"), {"moments reset": "finite"}, "state", None),
    ("neither", finding(), {"earlier state": "nonfinite", "other batch": "nonfinite"}, "any state, any batch", None),
    ("only this batch", finding(), {"earlier state": "nonfinite", "other batch": "finite"}, "batch", None),
    ("any batch now", finding(), {"earlier state": "finite", "other batch": "nonfinite"}, "state", None),
    ("both", finding(), {"earlier state": "finite", "other batch": "finite"}, "state and batch", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "outcomes", "name", "confidence"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_row(found: Finding, outcomes: dict[str, Outcome], name: str, confidence: Confidence | None) -> None:
    said = verdict(found, proofs(**outcomes))
    assert said is not None
    assert (said.name, said.confidence) == (name, confidence)


def test_it_abstains() -> None:
    assert verdict(finding(), ()) is None
    assert verdict(finding("domain", phase="data"), proofs(float64="nonfinite")) is None
    assert verdict(finding(), proofs(float64="not-run", eager="nonfinite", threads="nonfinite")) is None
    assert verdict(finding("explosion", **RATE), proofs(**{"learning rate x0.1": "nonfinite"})) is None
    assert (
        verdict(finding(code="NS490", kind="explosion"), proofs(**{"learning rate x0": "nonfinite"})) is None
    )


def test_a_failure_that_comes_later_is_a_step_passed() -> None:
    bad = verdict(
        finding("data"),
        proofs(**{"without the samples": "different"}),
        None,
        frozenset({"without the samples"}),
    )
    assert bad is not None
    assert (bad.name, bad.confidence) == ("bad data", "proved")
    assert verdict(finding("data"), proofs(**{"without the samples": "different"})) is None
    slower = {"learning rate x0.1"}
    later = verdict(
        finding("explosion", **RATE), proofs(**{"learning rate x0.1": "different"}), None, frozenset(slower)
    )
    assert later is not None
    assert (later.name, later.confidence) == ("exploding training", None)


def test_a_wild_loss_is_no_matter_of_format() -> None:
    found = finding(samples=(164,))
    said = verdict(found, proofs(**{"float64": "finite", "without the samples": "finite"}), 5.1e69)
    assert said is not None
    assert said.name == "wild values"
    assert "5.1e+69" in said.says
    assert "without sample 164" in said.says


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (finding(dtype="float16"), "range of float16: the numbers are right, and too large"),
        (finding("underflow"), "range of float32: the numbers are right, and too small"),
        (finding("precision", "bfloat16"), "precision of bfloat16"),
        (finding("domain"), "precision or range of float32"),
    ],
)
def test_the_format_is_named(found: Finding, words: str) -> None:
    said = verdict(found, proofs(float64="finite"))
    assert said is not None
    assert said.says.startswith(words)


def test_only_lines_are_proved_by_a_repair() -> None:
    gone = verdict(finding(), proofs(**{"as it is": "finite"}))
    right = verdict(finding(), proofs(float64="finite"))
    assert gone is not None and right is not None
    assert gone.elsewhere and not right.elsewhere
