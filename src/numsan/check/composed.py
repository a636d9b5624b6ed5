"""Functions of libraries that stand for an expression of several operations: `ptp`, `average`, `count_nonzero`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

COMPOSED = frozenset(
    ("ptp", "average", "count_nonzero", "squared_difference", "masked_select", "boolean_mask", "compress")
)


def composed(low: Lowering, node: ast.Call, name: str, given: list[Any], keywords: dict[str, Any]) -> Any:
    """The expression behind a call, None where its arguments do not tell."""
    dim = [keywords["dim"]] if "dim" in keywords else []
    match name, given:
        case "ptp", [x, *rest]:
            return low.op(
                node, "sub", low.op(node, "amax", x, *(rest or dim)), low.op(node, "amin", x, *(rest or dim))
            )
        case "average", [x, *_] if keywords.get("weights") is not None:
            weights = keywords["weights"]
            total = low.op(node, "sum", low.op(node, "mul", x, weights), *dim)
            return low.op(node, "div", total, low.op(node, "sum", weights, *dim))
        case "average", [x]:
            return low.op(node, "mean", x, *dim)
        case "count_nonzero", [x, *rest]:
            return low.op(node, "sum", low.op(node, "ne", x, 0), *(rest or dim))
        case "squared_difference", [a, b]:
            return low.op(node, "pow", low.op(node, "sub", a, b), 2)
        case "masked_select" | "boolean_mask", [x, mask, *_]:
            return low.op(node, "index", x, mask)
        case "compress", [mask, x, *_]:
            return low.op(node, "index", x, mask)
        case _:
            return None
