r"""## What it does

Finds the logarithm of a factorial, a gamma function or a binomial coefficient.

## Why it is bad

$n!$ is `inf` from 35 on in float32, from 9 on in float16 and from 171 on in float64, and its logarithm with it, which is
88.6 at $n = 34$ and harmless. `math.log(math.factorial(n))` is right, and takes time with the square of $n$.

## Fix safety

Unsafe: `lgamma` is evaluated in the format of its argument, where a factorial may have been a whole number.

## References

- https://docs.pytorch.org/docs/stable/special.html#torch.special.gammaln
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.made import maker
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source

MADE = re.compile(r"(^|\.)(factorial|gamma|comb|binom|multinomial_coefficient)$")

rule = Rule(
    code="NS139",
    name="log-of-factorial",
    kind="overflow",
    title="a factorial leaves the format before its log is taken",
    advice="use torch.lgamma(n + 1), scipy.special.gammaln(n + 1)",
    doc=__doc__,
    examples=(
        Example(
            given="import numpy as np\nn = np.array([3.0, 200.0])",
            bad="import numpy as np\nfrom scipy.special import factorial\ny = torch.tensor(np.log(factorial(n)))",
            good="from scipy.special import gammaln\ny = torch.tensor(gammaln(n + 1))",
            silent=("y = torch.log(choose(n))",),
            run=False,
        ),
    ),
)


@rule.matches("log", "log2", "log10")
def of_a_factorial(op: Op) -> Bindings | None:
    held = peel(op.args[0])
    return {"x": held} if isinstance(held, Leaf) and MADE.search(maker(held)) else None


@rule.reachable_when("x")
def exact(x: Any) -> bool | None:
    return None if source(x).startswith("math.") else True  # a whole number of any length
