r"""## What it does

Finds `arccos` and `arcsin` of a scalar product or quotient that nothing keeps within $[-1, 1]$.

## Why it is bad

The cosine of the angle between two parallel unit vectors is 1 only in exact arithmetic. In float32 it comes out as
1.0000001 for many pairs of parallel vectors, in float64 as 1.0000000000000002, and the inverse function of that
is `nan`.

## Fix safety

No automatic repair: a clamp hides that the vectors were not of unit length, where that is the reason.

## References

- W. Kahan, *How futile are mindless assessments of roundoff in floating-point computation?*, 2006, section 12
  https://people.eecs.berkeley.edu/~wkahan/Mindless.pdf
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import largest, number, peel, source

COSINE = re.compile(r"(^|[._])(cos\w*|dot\w*|inner\w*|sim\w*)(\b|_)", re.I)

rule = Rule(
    code="NS321",
    name="acos-of-rounded-cosine",
    kind="domain",
    generic=True,
    title="acos and asin are nan where rounding carries a cosine beyond 1",
    advice="np.arccos(np.clip(c, -1.0, 1.0)), or the angle by arctan2(norm(cross(a, b)), dot(a, b))",
    doc=__doc__,
    examples=(
        Example(
            given="import numpy as np\na = np.array([1.0, 1.0, 1.0]) / np.sqrt(3.0) * (1 + 3e-16)",
            bad="import numpy as np\ny = torch.tensor(np.arccos(np.dot(a, a)))",
            good="import numpy as np\ny = torch.tensor(np.arccos(np.clip(np.dot(a, a), -1.0, 1.0)))",
            silent=(
                "import numpy as np\ny = np.arccos(np.clip(np.dot(a, a), -1, 1))",
                "import numpy as np\ny = np.arccos(2 * u - 1)",
            ),
            run=False,
        ),
        Example(
            given="import numpy as np\nu = v = np.ones(3) / np.sqrt(3.0) * (1 + 3e-16)",
            bad="import numpy as np\ny = torch.tensor(np.arcsin((u * v).sum(-1)))",
            good="import numpy as np\ny = torch.tensor(np.arcsin(np.clip((u * v).sum(-1), -1, 1)))",
            run=False,
        ),
    ),
)


@rule.matches("acos", "asin")
def inverse(op: Op) -> Bindings | None:
    return {"x": op.args[0]}


@rule.reachable_when("x")
def unbounded(x: Any) -> bool | None:
    if isinstance(x, Op) and x.name == "mul" and any(number(a) and 0.9 < a < 1 for a in x.args):
        return None  # shrunk on purpose
    low, high = interval(x)
    if low >= -1 and high <= 1:
        return False
    return True if _product(x) or COSINE.search(source(x)) else None


def _product(x: Any) -> bool:
    """A scalar product, divided by anything."""
    match peel(x):
        case Op("div", (above, _)):
            return _product(above)
        case Op("matmul" | "einsum", _) | Op("sum", (Op("mul", _), *_)):
            return True
        case Op("trace", _):
            return True  # the angle of a rotation
        case Op("sub" | "add", (inner, shift)) if number(shift):
            return _product(inner)
        case Op("view" | "abs", (inner,)):
            return _product(inner)
        case _:
            return False


@rule.bites_when
def beyond_one(x: Any) -> str | None:
    size = largest(x)
    return f"`{source(x)}` reaches {size:.9g}, beyond 1" if size is not None and size > 1 else None
