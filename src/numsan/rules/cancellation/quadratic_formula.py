r"""## What it does

Finds a root of a quadratic by the school formula, $-b \pm \sqrt{b^2 - 4ac}$.

## Why it is bad

Where $b^2 \gg 4ac$ one of the two roots is the difference of two nearly equal numbers: all digits are gone
from $b^2/4ac = 1/\epsilon$ on, 8.4e6 in float32, 1,024 in float16. Where the roots nearly coincide,
rounding makes the discriminant negative and the square root `nan`.

## Fix safety

No automatic fix: compute $q = -\frac12(b + \operatorname{sign}(b)\sqrt{b^2-4ac})$, then the roots $q/a$ and
$c/q$, with the discriminant clamped at 0.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 1.8,
  https://doi.org/10.1137/1.9780898718027
- https://github.com/bayesiains/nflows/issues/71
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, same, source, stats

rule = Rule(
    code="NS215",
    name="quadratic-formula",
    kind="cancellation",
    title="one root of the quadratic formula cancels",
    advice="use q = -0.5 * (b + b.sign() * torch.sqrt(discriminant.clamp(min=1e-12))), then q / a and c / q",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([1.0])\nb = torch.tensor([1e4])\nc = torch.tensor([1.0])",
            bad="y = (-b + torch.sqrt(b * b - 4 * a * c)) / (2 * a)",
            good="y = 2 * c / (-b - torch.sqrt((b * b - 4 * a * c).clamp(min=1e-12)))",
            silent=("y = torch.sqrt((b * b - 4 * a * c).clamp(min=1e-12))",),
            wrong_by=0.5,
            right_to=1e-6,
        ),
    ),
)


@rule.matches("add")
def root(op: Op) -> Bindings | None:
    match op:
        case Op("add", (Op("neg", (b,)), Op("sqrt", (Op("sub", (square, _)),)))) if _is_square(square, b):
            return {"b": b, "out": op}
        case _:
            return None


def _is_square(square: Any, b: Any) -> bool:
    match square:
        case Op("pow", (base, 2 | 2.0)):
            return same(base, b)
        case Op("mul", (base, other)):
            return same(base, b) and same(other, b)
        case _:
            return False


@rule.bites_when
def cancelled(b: Any, out: Any) -> str | None:
    form, size, seen = format_of(b), most(b), stats(out)
    if form is None or size is None or seen is None:
        return None
    nearest = 0.0 if seen.zeros else seen.tiny or 0.0
    if nearest > 100 * form.eps * size:
        return None
    return f"`{source(b)}` reaches {size:.4g}: a difference of {nearest:.4g} is rounding error in {form.name}"
