r"""## What it does

Finds a one-sided finite difference with a step far too small for the format.

## Why it is bad

The difference of two rounded values has an error of $\epsilon|f|/h$. The best one-sided step is about
$\sqrt\epsilon|x|$: 3.5e-4 in float32, 1.5e-8 in float64, 3e-2 in float16; with $h = 10^{-8}$ in float32 $x
+ h$ is $x$ and the derivative 0.

## Fix safety

No automatic fix: use autograd, or a central difference in float64 with $h = \epsilon^{1/3}$ (6e-6).

## References

- W. Press et al., *Numerical recipes*, 3rd ed., 2007, section 5.7, https://numerical.recipes/
- https://docs.pytorch.org/docs/stable/notes/gradcheck.html (float64 by default)
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, number, source

rule = Rule(
    code="NS212",
    name="finite-difference-step",
    kind="cancellation",
    title="the step of a finite difference vanishes next to x",
    advice="use torch.autograd.grad, or a central difference in float64 with a step near 6e-6",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1.0, 2.0])",
            bad="y = (torch.sin(x + 1e-8) - torch.sin(x)) / 1e-8",
            good="y = torch.cos(x)",
            silent=(
                "y = (torch.sin(x.double() + 1e-6) - torch.sin(x.double())) / 1e-6",
                "y = (torch.sin(x + 1e-3) - torch.sin(x)) / 1e-3",
            ),
            wrong_by=0.9,
            right_to=1e-6,
        ),
    ),
)


@rule.matches("div")
def quotient(op: Op) -> Bindings | None:
    match op:
        case Op("div", (Op("sub", (Op() as ahead, _)), step)) if number(step) and 0 < step < 1e-4:
            for inner in ahead.walk():
                if inner.name == "add" and len(inner.args) == 2 and inner.args[1] == step:
                    return {"x": inner.args[0], "step": step}
        case _:
            pass
    return None


@rule.reachable_when()
def in_single(x: Any, step: float) -> bool | None:
    if isinstance(x, Op) and any(o.name == "to" and o.args[-1] == "float64" for o in x.walk()):
        return None if step < 1e-10 else False
    return True


@rule.bites_when
def absorbed(x: Any, step: float) -> str | None:
    form = format_of(x)
    if form is None or step > form.eps:
        return None
    return f"a step of {step:.4g} next to `{source(x)}` is below eps = {form.eps:.4g} of {form.name}"
