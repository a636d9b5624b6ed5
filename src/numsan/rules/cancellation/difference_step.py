r"""## What it does

Finds a finite difference of a function of the program whose step is far too small for the format.

## Why it is bad

Two values of $f$ that are $2h$ apart agree in all but the last digits: their difference has a rounding error of
$\epsilon|f|$, and the quotient one of $\epsilon|f|/h$. In float32 (the default of torch, jax and tensorflow) $h =
10^{-5}$ leaves two digits and $h < 6\cdot10^{-8}|x|$ gives 0, because $x + h$ is $x$; float64 reaches that at 1e-16.
The best central step is $\epsilon^{1/3}$: 4e-3 in float32, 6e-6 in float64, 0.1 in float16.

## Fix safety

No automatic fix: use autograd, or float64 and a step near 6e-6.

## References

- W. Press et al., *Numerical recipes*, 3rd ed., 2007, section 5.7, https://numerical.recipes/
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.formats import Format, of
from numsan.core.program import Program
from numsan.core.quotients import quotients
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS221",
    name="difference-step-below-format",
    kind="cancellation",
    title="the step of a finite difference is below the rounding of the function",
    advice="use torch.autograd.grad, or a central difference in float64 with a step near 6e-6",
    doc=__doc__,
    examples=(
        Example(
            given="def fun(x):\n    return torch.exp(x)\nx = torch.tensor([1.0])",
            bad="h = 1e-8\ny = (fun(x + h) - fun(x - h)) / (2 * h)",
            good="h = 4e-3\ny = (fun(x + h) - fun(x - h)) / (2 * h)",
            silent=(
                "x = x.double()\nh = 1e-6\ny = (fun(x + h) - fun(x - h)) / (2 * h)",
                "y = (fun(x + h) - fun(x - h)) / (2 * h)",
            ),
            wrong_by=0.9,
            run=False,
        ),
    ),
)

_SINGLE = re.compile(r"^\s*(import|from) +(torch|jax|tensorflow)\b", re.M)
_DOUBLE = re.compile(r"float64|double|enable_x64")
_LOST = 1e-3  # relative error of the derivative of a function of the size of its slope


@rule.scans("/")
def too_small(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for q, values in quotients(program):
        step, form = values.number(q.step), _format(program.text)
        if step and 0 < step < form.eps / 2 / _LOST:
            yield q.node, f"a step of {step:.4g} leaves an error of {form.eps / 2 / step:.2g} in {form.name}"


def _format(text: str) -> Format:
    single = _SINGLE.search(text) and not _DOUBLE.search(text)
    return of("float32" if single else "float64")
