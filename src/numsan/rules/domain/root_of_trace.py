r"""## What it does

Finds $\sqrt{1 \pm R_{00} \pm R_{11} \pm R_{22}}$, a component of the quaternion of a rotation matrix.

## Why it is bad

For a rotation by $\pi$ the sum is 0: its root has an infinite derivative, and what is divided by it is $0/0$. Of a matrix
that was computed the sum rounds below 0, by a few units of $\varepsilon$, and the root is `nan`. In every format.

## Fix safety

Unsafe: a sum below 1e-12 becomes 1e-12. Better is to compute the four candidates and divide by the largest.

## References

- S. Shepperd, *Quaternion from rotation matrix*, 1978, https://doi.org/10.2514/3.55767b
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.shares import signed
from numsan.core.values import least, source

_GIVEN = "R = torch.tensor([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0000002]])"

rule = Rule(
    code="NS331",
    name="root-of-trace",
    kind="domain",
    title="sqrt(1 + trace) of a rotation is nan where rounding takes it below 0",
    advice="torch.sqrt(torch.clamp(1 + trace, min=1e-12)), or divide by the largest of the four components",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad="y = torch.sqrt(1 + R[0, 0] + R[1, 1] + R[2, 2])",
            good="y = torch.sqrt(torch.clamp(1 + R[0, 0] + R[1, 1] + R[2, 2], min=1e-12))",
            silent=(
                "y = torch.sqrt((1 + R[0, 0] + R[1, 1] + R[2, 2]).clamp(min=1e-9))",
                "if 1 + R[0, 0] + R[1, 1] + R[2, 2] > 0:\n    y = torch.sqrt(1 + R[0, 0] + R[1, 1] + R[2, 2])",
                "y = torch.sqrt(1 + R[0, 0] ** 2)",
                "y = torch.sqrt(R[0, 0] + R[1, 1] + R[2, 2])",
            ),
            run=False,
        ),
    ),
)

_DIAGONAL = re.compile(r"^(.*?)(?:\[(?:\.\.\., |:, )?(\d), ?(\d)\]|\[(\d)\]\[(\d)\]|(\d)(\d))$")
_TRACE = re.compile(r"(^|[._])(trace|tr)$|\btrace\(")


@rule.matches("sqrt")
def root(op: Op) -> Bindings | None:
    x = op.args[0]
    terms = [term for _, term in signed(x)]
    if len(terms) < 2 or not any(t in (1, 1.0) for t in terms):
        return None
    rest = [t for t in terms if not isinstance(t, int | float)]
    return {"x": x, "last": rest[-1]} if _whole_trace(rest) else None


def _whole_trace(terms: list[Any]) -> bool:
    """Three elements of one diagonal, or what is called a trace."""
    texts = [source(t) for t in terms if isinstance(t, Op | Leaf)]
    if len(texts) == 1:
        return bool(_TRACE.search(texts[0]))
    found = [_DIAGONAL.match(text) for text in texts]
    parts = [(m[1], *(g for g in m.groups()[1:] if g is not None)) for m in found if m is not None]
    return len(texts) == len(parts) == 3 and len({p[0] for p in parts}) == 1 and _diagonal(parts)


def _diagonal(parts: list[tuple[str, ...]]) -> bool:
    return all(p[1] == p[2] for p in parts) and len({p[1] for p in parts}) == 3


@rule.reachable_when("x")
def unguarded(x: Any, last: Any) -> bool | None:
    return True


@rule.bites_when
def negative(x: Any, last: Any) -> str | None:
    low = least(x)
    return None if low is None or low >= 0 else f"`{source(x)}` is {low:.4g}"


@rule.fixed_by
def bounded(x: Any, last: Any) -> str:
    return f"torch.sqrt(torch.clamp({source(x)}, min=1e-12))"
