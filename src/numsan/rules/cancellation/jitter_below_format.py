r"""## What it does

Finds a Cholesky factorisation of $K + \delta I$ with a jitter $\delta$ below half a unit of float32 at 1.

## Why it is bad

A diagonal near 1 does not change when 1e-8 is added to it: float32 has a spacing of 1.2e-7 there (float16 9.8e-4,
bfloat16 7.8e-3). A matrix that is singular, as that of a kernel over points that coincide, stays singular, and the
factorisation fails or gives `nan`. In float64 1e-8 is enough.

## Fix safety

Unsafe: with 1e-6 the diagonal changes in its last digits.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd edition, 2002, theorem 10.7,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.made import maker
from numsan.core.op import Op, leaves
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, peel, source

EYE = re.compile(r"\b(eye|eye_like|identity)\b|(^|[._])I$")
DOUBLE = re.compile(r"float64|double")
ABSORBED = 2.0**-24

rule = Rule(
    code="NS232",
    name="jitter-below-format",
    kind="precision",
    in_float32=True,
    title="a jitter that float32 does not see next to a diagonal of 1",
    advice="torch.linalg.cholesky(K + 1e-6 * eye), or factor in float64",
    doc=__doc__,
    examples=(
        Example(
            given="K = torch.ones(2, 2)",
            bad="y = torch.linalg.cholesky(K + 1e-8 * torch.eye(2))",
            good="y = torch.linalg.cholesky(K + 1e-6 * torch.eye(2))",
            silent=(
                "y = torch.linalg.cholesky(K.double() + 1e-8 * torch.eye(2, dtype=torch.float64))",
                "y = torch.linalg.cholesky(K + 1e-4 * torch.eye(2))",
            ),
            run=False,
        ),
    ),
)


@rule.matches("cholesky")
def lifted(op: Op) -> Bindings | None:
    match peel(op.args[0]):
        case Op("add", (k, term)) if (delta := _jitter(term)) is not None:
            return {"k": k, "term": term, "delta": delta}
        case Op("add", (term, k)) if (delta := _jitter(term)) is not None:
            return {"k": k, "term": term, "delta": delta}
        case _:
            return None


def _jitter(term: Any) -> float | None:
    """`delta` of `delta * eye(n)`."""
    match peel(term):
        case Op("mul", (int() | float() as c, of)) | Op("mul", (of, int() | float() as c)):
            unit = peel(of)
            return c if EYE.search(f"{source(unit)} {maker(unit)}") else None
        case _:
            return None


@rule.reachable_when("k")
def absorbed(k: Any, term: Any, delta: float) -> bool | None:
    wide = any(DOUBLE.search(f"{leaf.text} {maker(leaf)}") for x in (k, term) for leaf in leaves(x))
    return 0 < delta < ABSORBED and not wide


@rule.fixed_by
def larger(k: Any, term: Any, delta: float) -> str | None:
    return (
        f"torch.linalg.cholesky({atom(k)} + {source(term).replace(repr(delta), '1e-6')})"
        if repr(delta) in source(term)
        else None
    )
