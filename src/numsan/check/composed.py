"""Functions of libraries that stand for an expression of several operations: `ptp`, `count_nonzero`, `einsum`.

numpy's `average` is left out where it has weights: it raises an error for weights that add up to 0.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

COMPOSED = frozenset(
    (
        "ptp",
        "average",
        "count_nonzero",
        "squared_difference",
        "masked_select",
        "boolean_mask",
        "compress",
        "einsum",
        "avg_pool",
        "addcmul",
        "addcdiv",
        "lerp",
        "reduce",
    )
)


def composed(low: Lowering, node: ast.Call, name: str, given: list[Any], keywords: dict[str, Any]) -> Any:
    """The expression behind a call, None where its arguments do not tell."""
    dim = [keywords["dim"]] if "dim" in keywords else []
    match name, given:
        case "ptp", [x, *rest]:
            return low.op(
                node, "sub", low.op(node, "amax", x, *(rest or dim)), low.op(node, "amin", x, *(rest or dim))
            )
        case "average", [x] if keywords.get("weights") is None:
            return low.op(node, "mean", x, *dim)
        case "count_nonzero", [x, *rest]:
            return low.op(node, "sum", low.op(node, "ne", x, 0), *(rest or dim))
        case "squared_difference", [a, b]:
            return low.op(node, "pow", low.op(node, "sub", a, b), 2)
        case "masked_select" | "boolean_mask", [x, mask, *_]:
            return low.op(node, "index", x, mask)
        case "einsum", [str() as equation, a, b] if a == b and _own_product(equation):
            return low.op(node, "sum", low.op(node, "pow", a, 2), -1)
        case "einsum", [str() as equation, a] if equation.partition("->")[2] != "":
            return low.op(node, "sum", a)
        case "avg_pool", [x, *_]:
            return low.op(node, "mean", x)
        case "addcmul" | "addcdiv", [x, a, b, *rest]:
            by = low.op(node, "mul" if name == "addcmul" else "div", a, b)
            low.arrived.append(by)
            share = rest[0] if rest else keywords.get("value", 1)
            return low.op(node, "add", x, by if share == 1 else low.op(node, "mul", share, by))
        case "reduce", [x, str(), "sum" | "mean" | "max" | "min" | "prod" as how]:  # of einops
            return low.op(node, {"max": "amax", "min": "amin"}.get(str(how), str(how)), x, -1)
        case "lerp", [x, y, share]:
            kept = low.op(node, "mul", x, low.op(node, "sub", 1, share))
            return low.op(node, "add", kept, low.op(node, "mul", y, share))
        case "compress", [mask, x, *_]:
            return low.op(node, "index", x, mask)
        case _:
            return None


def _own_product(equation: str) -> bool:
    """`ij,ij->i`: the squared lengths of the rows."""
    left, _, right = equation.replace(" ", "").partition("->")
    one, _, other = left.partition(",")
    return one == other and len(right) < len(one)
