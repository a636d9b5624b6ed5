"""Arguments of a call in torch's order: keywords, other spellings, calls whose meaning hangs on arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from numsan.core.op import Leaf, Op

_AXIS = re.compile(r"(dim|axis|axes)s?\b|^d$|^-?\d", re.I)

KEYWORDS = {"axis": "dim", "keepdims": "keepdim", "keep_dims": "keepdim", "reduction_indices": "dim",
             "ord": "p", "a": "input", "x": "input", "self": "input",
             "a_min": "min", "a_max": "max", "clip_value_min": "min", "clip_value_max": "max", "y": "other",
             "self_": "input", "exponent": "other", "dims": "dim", "logits": "input",
             "labels": "target", "x1": "input", "x2": "other"}  # fmt: skip
IGNORED = frozenset(("out", "dtype", "device", "memory_format", "inplace", "name", "_stacklevel",
                      "reduction", "beta", "delta", "label_smoothing", "ignore_index", "log_target", "approximate",
                      "requires_grad", "as_tuple", "transpose_a", "transpose_b", "precision"))  # fmt: skip


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def ordered(names: list[str], defaults: list[Any], positional: list[Any], keywords: dict[str, Any]) -> Any:
    """Arguments in torch's order, or None when one is missing or not modelled."""
    if len(positional) > len(names) or any(k not in names and k not in IGNORED for k in keywords):
        return None
    given = [i for i, name in enumerate(names) if name in keywords]
    count = max([len(positional), *(i + 1 for i in given)])
    if count < min(2, names.index("other") + 1 if "other" in names else 1):
        return None  # numpy's reductions go without the axis that torch's ask for, operands are always there
    args = [*positional, *defaults[len(positional) : count]]
    for i in given:
        args[i] = keywords[names[i]]
    return None if any(type(a) is object for a in args) else tuple(args)


Shaped = tuple[str, list[Any]] | None


def _extreme(reduction: str, pairwise: str) -> Callable[[list[Any], dict[str, Any]], Shaped]:
    """`torch.max` is a reduction (`max(x)`, `max(x, 1)`) or of two tensors: the second argument tells."""

    def shape(positional: list[Any], keywords: dict[str, Any]) -> Shaped:
        if len(positional) == 1 or (number(positional[1]) and not isinstance(positional[1], float)):
            return reduction, positional
        other = positional[1]
        if isinstance(other, Op | float) or (isinstance(other, Leaf) and not _AXIS.search(other.text)):
            return pairwise, positional
        return None

    return shape


def _spread(name: str) -> Callable[[list[Any], dict[str, Any]], Shaped]:
    def shape(positional: list[Any], keywords: dict[str, Any]) -> Shaped:
        unbiased = keywords.pop("unbiased", None)
        if len(positional) == 2 and isinstance(positional[1], bool):
            unbiased = positional.pop()
        if len(positional) > 2 and isinstance(positional[2], bool):
            positional[2] = int(positional[2])
        if isinstance(unbiased, bool):
            keywords["correction"] = int(unbiased)
        if "ddof" in keywords:
            keywords["correction"] = keywords.pop("ddof")
        return name, positional

    return shape


def _norm(positional: list[Any], keywords: dict[str, Any]) -> Shaped:
    if len(positional) > 1 and positional[1] in (None, "fro"):
        positional[1] = 2
    if keywords.get("p", 2) in (None, "fro"):
        keywords["p"] = 2
    return "norm", positional


SPECIAL: dict[str, Callable[[list[Any], dict[str, Any]], Shaped]] = {
    "max": _extreme("amax", "maximum"),
    "min": _extreme("amin", "minimum"),
    "std": _spread("std"),
    "var": _spread("var"),
    "norm": _norm,
    "where": lambda positional, keywords: (
        "nonzero" if len(positional) == 1 and not keywords else "where",
        positional,
    ),
    "square": lambda positional, keywords: ("pow", [*positional, 2]),
    "reciprocal": lambda positional, keywords: ("div", [1.0, *positional]),
    "clamp_min": lambda positional, keywords: ("clamp", positional),
    "clamp_max": lambda positional, keywords: ("clamp", [positional[0], None, *positional[1:]]),
    "index_fill": lambda positional, keywords: ("masked_fill", [positional[0], *positional[2:]]),
    "softmin": lambda positional, keywords: None,
}
