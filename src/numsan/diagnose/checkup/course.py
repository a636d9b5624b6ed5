"""The course of the loss: which symptom it shows, and which experiment tells the cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from numsan.diagnose.checkup.line import Answer, Line, end_of, losses_of
from numsan.diagnose.symptoms import SYMPTOMS, symptom

_FLAT = 0.01
Faster = Mapping[float, Answer | None]


def course(seen: Answer, faster: Faster, double: Answer | None) -> Line:
    losses, failed = losses_of(seen), seen["failed"]
    if failed:
        where = f" of {failed['where']}" if failed["where"] else ""
        return Line(
            name="loss", ok=False, says=f"the {failed['what']}{where} is not finite at step {failed['step']}",
            cause="a numerical failure",
            fix="`numsan run` with the same words finds its cause and tries a repair",
        )  # fmt: skip
    if not losses:
        return Line(name="loss", ok=False, says="no loss was handed to backward", cause="nothing was trained")
    found = symptom(losses)
    span = f"{losses[0]:.4g} to {losses[-1]:.4g} in {len(losses)} steps"
    if found is None:
        return Line(name="loss", ok=True, says=span)
    cause, fix = _cause(found, seen, faster, double)
    if found in ("stuck", "slow") and not cause and max(losses) - min(losses) > _FLAT * abs(losses[0]):
        return Line(name="loss", ok=True, says=f"{span}; {SYMPTOMS[found]}, and no experiment does better")
    return Line(name="loss", ok=False, says=f"{SYMPTOMS[found]}: {span}", cause=cause, fix=fix)


def _cause(found: str, seen: Answer, faster: Faster, double: Answer | None) -> tuple[str, str]:
    losses = losses_of(seen)
    if found not in ("stuck", "slow"):
        return "the learning rate is too high for this loss", "lower the rate, warm up, or clip the gradients"
    dead = [name for name, norm in last_layers(seen) if not norm]
    if dead and found == "stuck":
        return (
            f"no gradient reaches {len(dead)} parameters, {dead[0]} the first",
            "look for a detach, a saturated activation, or parameters that the optimizer was not given",
        )
    better = [k for k, a in faster.items() if _falls_further(a, losses)]
    if better:
        said = f"at {better[0]:g} times it the loss falls to {end_of(losses_of(faster[better[0]])):.4g}"
        return f"the learning rate is too low: {said}", f"raise it; {better[0]:g} times works here"
    if _falls_further(double, losses):
        said = f"the format: in float64 the loss falls to {end_of(losses_of(double)):.4g}"
        return said, "keep weights and sums in float32 or wider"
    return "", "look at the labels, and at the loss itself"


def _falls_further(answer: Answer | None, losses: list[float]) -> bool:
    if not answer or answer["failed"] or answer.get("error"):
        return False
    return end_of(losses_of(answer)) < end_of(losses) - 0.1 * abs(losses[0])


def last_layers(seen: Answer) -> list[tuple[str, float | None]]:
    """Norms of the gradients at the last look, in the order of the modules."""
    steps = sorted(seen["layers"], key=int)
    return [(name, norm) for name, norm in seen["layers"][steps[-1]]] if steps else []


def rates(seen: Answer, faster: Faster) -> Iterator[Line]:
    """How far the learning rate is from failing."""
    losses = losses_of(seen)
    known = {k: a for k, a in faster.items() if a and not a.get("error")}
    if not known or not losses or seen["failed"]:
        return
    told = [f"x{k:g} {_went(a)}" for k, a in known.items()]
    near = any(
        k <= 3 and (a["failed"] or end_of(losses_of(a)) > 10 * abs(losses[0])) for k, a in known.items()
    )
    yield Line(
        name="learning rate", ok=not near, says=f"x1 {end_of(losses):.4g}, {', '.join(told)}",
        cause="three times the rate already fails: there is no reserve" if near else "",
        fix="lower the rate, warm up, or clip the gradients" if near else "",
    )  # fmt: skip


def _went(answer: Answer) -> str:
    failed = answer["failed"]
    return f"fails at step {failed['step']}" if failed else f"{end_of(losses_of(answer)):.4g}"
