r"""## What it does

Finds `kl_div` whose first argument is the output of a softmax or sigmoid.

## Why it is bad

`kl_div(input, target)` is $\sum t\,(\log t-\mathrm{input})$: it takes the *logarithm* of the distribution. Given
probabilities, the result is off by $\sum t\,(p-\log p)$, can be negative, and is smallest where $p$ is 1
everywhere: training pushes every probability up, in every format, and no number is infinite.

## Fix safety

Unsafe: `log_softmax` is what was meant, but the loss changes.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
"""

from __future__ import annotations

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel

rule = Rule(
    code="NS135",
    name="kl-div-of-probabilities",
    kind="method",
    title="kl_div takes the logarithm of a distribution, and gets probabilities",
    advice="give it log-probabilities: torch.nn.functional.kl_div(torch.log_softmax(x, dim), target)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[8.0, -8.0]])\nt = torch.tensor([[0.5, 0.5]])",
            bad="y = torch.nn.functional.kl_div(torch.softmax(x, -1), t, reduction='sum')",
            good="y = torch.nn.functional.kl_div(torch.log_softmax(x, -1), t, reduction='sum')",
            silent=("y = torch.nn.functional.kl_div(torch.log_softmax(x, -1), torch.softmax(t, -1))",),
            wrong_by=0.5,
            run=False,
        ),
        Example(
            given="x = torch.tensor([[8.0, -8.0]])\nt = torch.tensor([[0.5, 0.5]])",
            bad="kl = torch.nn.KLDivLoss(reduction='sum')\np = x.softmax(dim=1)\ny = kl(p, t)",
            good="kl = torch.nn.KLDivLoss(reduction='sum')\np = x.log_softmax(dim=1)\ny = kl(p, t)",
            wrong_by=0.5,
            run=False,
        ),
    ),
)


@rule.matches("kl_div")
def of_probabilities(op: Op) -> Bindings | None:
    match peel(op.args[0]) if op.args else None:
        case Op("softmax" | "sigmoid" | "safe_softmax") as p:
            return {"p": p}
        case _:
            return None
