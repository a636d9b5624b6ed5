"""Gradients by layer, float64, float16, and the condition of the matrices."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.diagnose.checkup.course import last_layers
from numsan.diagnose.checkup.line import Answer, Line, losses_of

_APART, _ILL, _LOST = 1e5, 1e8, 0.05
_ROUNDING = 0.5  # half precision, and a loss scale that skips its first steps, differ by less


def gradients(seen: Answer) -> Iterator[Line]:
    dead = [name for name, norm in last_layers(seen) if norm == 0]
    if dead:
        many = f"{len(dead)} weights are" if len(dead) > 1 else "1 weight is"
        yield Line(
            name="gradients", ok=False, says=f"the gradient of {', '.join(dead[:3])} is exactly 0",
            cause=f"{many} not trained: dead units, or a path that is multiplied by 0",
            fix="look at the activations before them: a bias that drifted, a rate that was too high",
        )  # fmt: skip
        return
    norms = [(norm, name) for name, norm in last_layers(seen) if norm]
    if len(norms) < 2:
        return
    low, high = min(norms), max(norms)
    apart = high[0] > _APART * low[0]
    yield Line(
        name="gradients", ok=not apart, says=f"norms from {low[0]:.4g} ({low[1]}) to {high[0]:.4g} ({high[1]})",
        cause="gradients vanish or explode between these layers" if apart else "",
        fix="normalise between layers, use residual connections, or initialise differently" if apart else "",
    )  # fmt: skip


def float64(seen: Answer, double: Answer | None) -> Iterator[Line]:
    """Early losses in float64 beside those of the program: later, small differences grow by themselves."""
    if double is None or double.get("error"):
        return
    pairs = list(zip(losses_of(seen), losses_of(double), strict=False))
    if not pairs:
        return
    early = pairs[: max(3, len(pairs) // 8)]
    apart = max(abs(a - b) / max(abs(a), abs(b), 1e-12) for a, b in early)
    differs = apart > _ROUNDING
    yield Line(
        name="float64", ok=not differs, says=f"the first {len(early)} losses differ by at most {apart:.2g} of their size",
        cause="rounding changes what is trained" if differs else "",
        fix="find cancellation and sums in half precision: `numsan check`" if differs else "",
    )  # fmt: skip


def half(seen: Answer) -> Iterator[Line]:
    """What float16 would bring; no defect of the program as it is."""
    over, lost = seen["half"].get("over", []), seen["half"].get("lost", 0.0)
    said = "every value of the first step fits, and hardly a gradient would be 0"
    if over:
        file, line, size = over[0]
        said = f"would overflow: {file}:{line} reaches {size:.4g}, the largest is 65504; bfloat16 holds it"
    elif lost > _LOST:
        said = f"{100 * lost:.2g} % of the gradients would be 0: use a loss scale, or bfloat16"
    if seen["half"]:
        yield Line(name="float16", ok=True, says=said)


def conditioning(seen: Answer) -> Iterator[Line]:
    if not seen["matrices"]:
        return
    name, shape, worst = max(seen["matrices"], key=lambda m: m[2])
    ill = worst > _ILL
    yield Line(
        name="matrices", ok=not ill, says=f"the worst condition of a weight is {worst:.3g} ({name} {shape})",
        cause="a weight matrix is singular in float32" if ill else "",
        fix="do not invert it; weight decay or an orthogonal initialisation keeps it regular" if ill else "",
    )  # fmt: skip
