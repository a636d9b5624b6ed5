r"""## What it does

Finds a distribution that gets probabilities computed by softmax, sigmoid or exp, although it takes logits.

## Why it is bad

A softmax or sigmoid rounds small probabilities to 0, and the distribution clamps them to
$[\epsilon, 1-\epsilon]$ before it takes the logarithm again: log-probabilities end at -15.9 in float32 (-6.9
in float16), and beyond that their gradient is exactly 0. With logits they are exact.

## Fix safety

No automatic fix: code that reads `.probs` may want to be changed, too.

## References

- https://docs.pytorch.org/docs/stable/distributions.html#categorical
- https://github.com/pyro-ppl/pyro/issues/1943
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel

rule = Rule(
    code="NS125",
    name="distribution-of-rounded-probabilities",
    kind="underflow",
    title="a distribution gets rounded probabilities where it takes logits",
    advice="pass the logits: Categorical(logits=x), Bernoulli(logits=x)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[0.0, -40.0]])\ni = torch.tensor([1])",
            bad="y = torch.distributions.Categorical(torch.softmax(x, -1)).log_prob(i)",
            good="y = torch.distributions.Categorical(logits=x).log_prob(i)",
            silent=("y = torch.distributions.Categorical(x).log_prob(i)",),
            wrong_by=0.5,
            right_to=1e-6,
            run=False,
        ),
        Example(
            given="x = torch.tensor([-40.0])\nt = torch.tensor([1.0])",
            bad="y = torch.distributions.Bernoulli(probs=torch.sigmoid(x)).log_prob(t)",
            good="y = torch.distributions.Bernoulli(logits=x).log_prob(t)",
            wrong_by=0.5,
            right_to=1e-6,
            run=False,
        ),
    ),
)


@rule.matches("distribution")
def rounded(op: Op) -> Bindings | None:
    probs = peel(op.args[1]) if len(op.args) == 2 else None
    match probs:
        case Op("softmax" | "sigmoid" | "exp", (x, *_)):
            return {"x": x, "probs": probs}
        case _:
            return None


@rule.reachable_when()
def unbounded(x: Any, probs: Any) -> bool | None:
    return True
