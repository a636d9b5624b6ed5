"""From the outcomes of experiments to what kind of failure it is: one table, first row that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from numsan.core.finding import Confidence, Finding, Outcome, Proof
from numsan.diagnose.experiments.experiment import of_data
from numsan.diagnose.experiments.module import NAME as MODULE

SAMPLES, AS_IT_IS = "without the samples", "as it is"
_SLOWER = ("learning rate x0.1", "learning rate x0.5", "learning rate x0")
_OF_THE_RATE = ("NS501", "NS582")  # steps too large, not a wrong gradient or objective
_HALF = ("bfloat16", "float16")
_ELSEWHERE = ("did not reproduce", "non-deterministic", "hidden state", "compiled only", "depends on threads")
_ROUNDING = ("cancellation", "precision")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`confidence`: what it makes of the finding's, None to leave it as it is; `final`: further experiments would not
    change it; `elsewhere`: the reason is no line."""

    name: str
    says: str
    confidence: Confidence | None = None
    final: bool = True

    @property
    def vanished(self) -> bool:
        return self.name == "did not reproduce"

    @property
    def elsewhere(self) -> bool:
        return self.name in _ELSEWHERE


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding with its outcomes by experiment; what was not run is not there. `wild`: the loss of the failing step in
    float64, where it is out of all proportion to those before; `later`: experiments that passed the step and failed in
    one after it."""

    finding: Finding
    outcomes: dict[str, Outcome]
    wild: float | None = None
    later: frozenset[str] = frozenset()

    def finite(self, *names: str) -> bool:
        return any(self.outcomes.get(n) == "finite" for n in names)

    def passes(self, *names: str) -> bool:
        return self.finite(*names) or not self.later.isdisjoint(names)

    def fails(self, *names: str) -> bool:
        return any(self.outcomes.get(n) == "nonfinite" for n in names)

    def unlike(self, name: str) -> bool:
        return self.outcomes.get(name) == "different"

    @property
    def format(self) -> str:
        """The narrowest format that the failing operation read."""
        found = [o.dtype for o in self.finding.operands if o.dtype.startswith(("float", "bfloat"))]
        return next((f for f in _HALF if f in found), found[0] if found else "the format")


def verdict(
    finding: Finding, proof: tuple[Proof, ...], wild: float | None = None, later: frozenset[str] = frozenset()
) -> Verdict | None:
    """None: the experiments decide nothing, which is no shame; see the table for what they could have shown."""
    seen = Seen(finding, {p.experiment: p.outcome for p in proof if p.outcome != "not-run"}, wild, later)
    return next((row for table in _TABLES for row in table(seen)), None)


def _came_and_went(seen: Seen) -> Iterator[Verdict]:
    if seen.finding.code == "NS801" or AS_IT_IS in seen.outcomes:
        if seen.finite(AS_IT_IS):
            yield Verdict("did not reproduce", "did not reproduce: the same program with the same random numbers ran "
                          "past the step without a failure, so no line is blamed", "suspect")  # fmt: skip
        if seen.unlike(AS_IT_IS):
            yield Verdict("non-deterministic", "non-deterministic: the same program fails at another step each time",
                          "suspect")  # fmt: skip
    yield from _only_somehow(seen)
    if seen.finding.code == "NS801" and seen.fails(AS_IT_IS):
        yield Verdict("hidden state", "undecided: the program fails at this step whenever it is run, but not when "
                      "the step alone is repeated; a state decides that numsan does not see", "suspect",
                      final=False)  # fmt: skip


def _only_somehow(seen: Seen) -> Iterator[Verdict]:
    if seen.finite("eager"):
        yield Verdict("compiled only", "compiled only: run eagerly, the program passes the step; the compiled code "
                      "computes it in another order or format", "suspect")  # fmt: skip
    if seen.finite("threads"):
        yield Verdict("depends on threads", "depends on the number of threads: with another number the program "
                      "passes the step, so the order of a sum (or a race) decides", "suspect")  # fmt: skip
    if seen.finite("deterministic"):
        yield Verdict("non-deterministic", "non-deterministic: with deterministic algorithms the program passes the "
                      "step", "suspect")  # fmt: skip


def _data(seen: Seen) -> Iterator[Verdict]:
    if not of_data(seen.finding):
        return
    if seen.passes(SAMPLES):
        more = "" if seen.finite(SAMPLES) else ", and fails at a later one with others like them"
        yield Verdict(
            "bad data", f"bad data: without these samples the program passes the step{more}", "proved"
        )
    elif seen.fails(SAMPLES):
        yield Verdict("not these samples", "the samples are not (all of) the cause: without them the same step "
                      "fails, too", "suspect")  # fmt: skip
    elif seen.finite("other batch"):
        yield Verdict("bad data", "bad data: another batch passes the step", "proved")


def _explosion(seen: Seen) -> Iterator[Verdict]:
    if seen.finding.kind != "explosion":
        return
    rate = seen.finding.code in _OF_THE_RATE
    proved: Confidence | None = "proved" if rate else None
    slower = next((n for n in _SLOWER if seen.finite(n)), None)
    if slower is not None:
        yield Verdict("exploding training", f"exploding training: with the {slower} from the last good step on it "
                      "stays finite", proved)  # fmt: skip
    elif seen.finite("clipped"):
        yield Verdict(
            "exploding training", "exploding training: with clipped gradients it stays finite", proved
        )
    elif seen.passes(*_SLOWER):
        yield Verdict("exploding training", "exploding training: with a smaller learning rate it fails later")
    elif rate and seen.fails("learning rate x0"):
        yield Verdict("not the rate", "not the learning rate: with rate 0 from the last good step on the same step "
                      "fails, too", "suspect")  # fmt: skip


def _loss_scale(seen: Seen) -> Iterator[Verdict]:
    if seen.finite("loss scale 1") and seen.finding.kind == "loss-scale":
        yield Verdict("loss scale", "the loss scale alone: with loss scale 1 the program passes the step; the overflow "
                      "is normal, and scaler.step(optimizer) skips such steps")  # fmt: skip
    elif seen.finite("loss scale 1"):
        yield Verdict("loss scale too high", "loss scale too high: with loss scale 1 the program passes the step; a "
                      "GradScaler finds a lower scale by itself, which is normal")  # fmt: skip
    if seen.fails("loss scale 1"):
        inside = seen.finite("autocast off", "float64")
        why = (
            f"the range of {seen.format} does, which a wider format would cure"
            if inside
            else "look at the line"
        )
        yield Verdict("no scale cures it", f"a real defect that no loss scale cures: with loss scale 1 it fails, too; "
                      f"{why}")  # fmt: skip


def _format(seen: Seen) -> Iterator[Verdict]:
    if of_data(seen.finding):
        return
    few = seen.finding.samples
    if seen.finite("float64") and seen.wild is not None and seen.format not in _HALF:
        whose = f"; without {_listed(few)} the program passes the step" if seen.passes(SAMPLES) else ""
        yield Verdict("wild values", f"values out of all proportion: in float64 the step is finite, but its loss is "
                      f"{seen.wild:.4g}; a wider format would only hide it{whose}")  # fmt: skip
    elif seen.finite("float64", "float64 from the start") or (
        seen.finite(MODULE) and not seen.fails("float64")
    ):
        if seen.finding.kind in _ROUNDING:
            what = f"precision of {seen.format}: its rounding makes the failure"
        elif seen.finding.kind in ("overflow", "underflow"):
            what = f"range of {seen.format}: the numbers are right, and too {_size(seen)} for it"
        else:
            what = f"precision or range of {seen.format}: it rounds a value to where the operation has no finite result"
        where = f"with module {seen.finding.module} alone in float32" if seen.finite(MODULE) else "in float64"
        yield Verdict("format", f"{what}; {where} the step is finite")
    elif seen.fails("float64"):
        yield Verdict("mathematics", "mathematics: the step fails in float64, too, so no format cures it")


def _listed(samples: tuple[int, ...]) -> str:
    return f"sample{'s' if len(samples) > 1 else ''} {', '.join(map(str, samples[:4]))}"


def _size(seen: Seen) -> str:
    return "small" if seen.finding.kind == "underflow" else "large"


def _state(seen: Seen) -> Iterator[Verdict]:
    if seen.finite("moments reset"):
        yield Verdict("state", "the optimizer's state: with its moments set to 0 the program passes the step")
    match seen.outcomes.get("earlier state"), seen.outcomes.get("other batch"):
        case "finite", "nonfinite":
            yield Verdict(
                "state", "the state: with the weights of some steps before it passes, with another batch not"
            )
        case "finite", "finite":
            yield Verdict("state and batch", "this batch at this state: with an earlier state it passes, and with "
                          "another batch, too")  # fmt: skip
        case "nonfinite", "finite":
            yield Verdict("batch", "this batch: it fails at an earlier state, too, and another batch passes")
        case "nonfinite", "nonfinite":
            yield Verdict(
                "any state, any batch",
                "neither the batch nor the last steps decide: it fails with others, too",
            )
        case _:
            return


_TABLES: tuple[Callable[[Seen], Iterator[Verdict]], ...] = (
    _came_and_went, _data, _explosion, _loss_scale, _format, _state,
)  # fmt: skip
