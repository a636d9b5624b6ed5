r"""## What it does

Finds a derivative by a one-sided finite difference, `(f(x + h) - f(x)) / h`.

## Why it is bad

Its error is $\frac h2 |f''| + \frac{2\epsilon|f|}h$: at the best step, $h \approx 2\sqrt{\epsilon}$, half of the
digits are left: 3 in float32, 8 in float64, 1 in float16. The central difference $(f(x + h) - f(x - h)) / 2h$
has $\frac{h^2}6 |f'''|$ and keeps two thirds (4 and 10) at $h \approx \epsilon^{1/3}$. A gradient check by
one-sided differences cannot tell a slightly wrong gradient from a right one.

## Fix safety

No automatic fix: the function is called at another point, and the best step is another one.

## References

- W. Press et al., *Numerical recipes*, 3rd ed., 2007, section 5.7, https://numerical.recipes/
- https://docs.pytorch.org/docs/stable/notes/gradcheck.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.quotients import quotients
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS220",
    name="one-sided-difference",
    kind="cancellation",
    severity="info",
    title="a one-sided finite difference has half of the digits",
    advice="(f(x + h) - f(x - h)) / (2 * h) with h near 6e-6 in float64, or torch.autograd.grad",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "def fun(x):\n    return torch.exp(2 * x)\n"
                "x = torch.tensor([1.0], dtype=torch.float64)\nh = 6e-6"
            ),
            bad="y = (fun(x + h) - fun(x)) / h",
            good="y = (fun(x + h) - fun(x - h)) / (2 * h)",
            silent=("y = (fun(x + h) - fun(x)) / width", "y = (fun(b) - fun(a)) / (b - a)"),
            wrong_by=1e-6,
            run=False,
        ),
        Example(
            given=(
                "def fun(x):\n    return (x**3).sum()\n"
                "x = torch.tensor([1.0, 2.0], dtype=torch.float64)\ny = torch.zeros(2, dtype=torch.float64)\nh = 1e-5"
            ),
            bad=(
                "for i in range(2):\n"
                "    before = fun(x)\n"
                "    x[i] += h\n"
                "    after = fun(x)\n"
                "    x[i] -= h\n"
                "    y[i] = (after - before) / h"
            ),
            good=(
                "for i in range(2):\n"
                "    x[i] += h\n"
                "    after = fun(x)\n"
                "    x[i] -= 2 * h\n"
                "    before = fun(x)\n"
                "    x[i] += h\n"
                "    y[i] = (after - before) / (2 * h)"
            ),
            wrong_by=1e-7,
            run=False,
        ),
    ),
)


@rule.scans("/")
def one_sided(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for q, _ in quotients(program):
        if not q.central:
            yield q.node, f"`{q.function}` is differentiated on one side only: half of the digits are lost"
