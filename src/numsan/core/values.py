"""Ranges of what a rule binds, in a run: `Op` and `Leaf` answer from statistics, a constant from itself."""

from __future__ import annotations

from typing import Any

from numsan.core import formats
from numsan.core.op import Leaf, Op
from numsan.core.trace import TensorStats


def stats(value: Any) -> TensorStats | None:
    return value.stats if isinstance(value, Op | Leaf) else None


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def least(value: Any) -> float | None:
    """Smallest finite element."""
    if number(value):
        return float(value)
    seen = stats(value)
    return None if seen is None else seen.min


def most(value: Any) -> float | None:
    """Largest finite element."""
    if number(value):
        return float(value)
    seen = stats(value)
    return None if seen is None else seen.max


def largest(value: Any) -> float | None:
    """Largest magnitude."""
    low, high = least(value), most(value)
    return None if low is None or high is None else max(abs(low), abs(high))


def zeros(value: Any) -> int:
    """How many elements are zero; 1 where only the range shows that there is one."""
    if number(value):
        return int(value == 0)
    seen = stats(value)
    if seen is None:
        return 0
    return seen.zeros or int(seen.min == 0 or seen.max == 0)


def infinite(value: Any) -> int:
    """How many elements are +inf or -inf."""
    if number(value):
        return int(value in (float("inf"), float("-inf")))
    seen = stats(value)
    return 0 if seen is None else seen.posinf + seen.neginf


def nans(value: Any) -> int:
    seen = stats(value)
    return 0 if seen is None else seen.nan


def clean(value: Any) -> bool:
    """Whether every element is finite (constants included)."""
    return not infinite(value) and not nans(value)


def count(value: Any) -> int | None:
    seen = stats(value)
    return 1 if number(value) else None if seen is None else seen.numel


def dtype(*values: Any) -> str | None:
    """The widest floating dtype among the values, as torch promotes tensors (constants do not count)."""
    order = ("float16", "bfloat16", "float32", "float64")
    seen = [s.dtype for v in values if (s := stats(v)) is not None and s.dtype in order]
    if not seen:
        return None
    return "float32" if {"float16", "bfloat16"} <= set(seen) else max(seen, key=order.index)


def format_of(*values: Any) -> formats.Format | None:
    """The number format of `dtype(...)`."""
    name = dtype(*values)
    return None if name is None else formats.of(name)


def source(value: Any) -> str:
    """The value as the user wrote it, for a message or for replacement text."""
    if isinstance(value, Op):
        text = getattr(value.where, "text", "")
        return text or str(value)
    return value.text if isinstance(value, Leaf) else _literal(value)


def _literal(value: Any) -> str:
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    return repr(value)


def usual(value: Any) -> float | None:
    """A number, a parameter that is usually that number, or what is computed from such.

    >>> usual(Op("mul", (0.5, Leaf("compress", default=0.3))))
    0.15
    """
    if number(value):
        return float(value)
    match value:
        case Leaf(default=float() as default):
            return default
        case Op("view" | "to", (inner, *_)):
            return usual(inner)
        case Op("mul" | "div" | "pow" as name, (a, b)):
            one, other = usual(a), usual(b)
            if one is None or other is None or (name != "mul" and one <= 0) or (name == "div" and other == 0):
                return None
            return one * other if name == "mul" else one / other if name == "div" else one**other
        case _:
            return None


def within(op: Op) -> str:
    """The function that an operation is written in, "" where nobody knows."""
    return getattr(op.where, "function", "") or ""


def atom(value: Any) -> str:
    """`source(value)`, in parentheses unless it binds at least as strongly as a call."""
    text = source(value)
    return text if text.replace("_", "").replace(".", "").isalnum() or _is_call(text) else f"({text})"


def _is_call(text: str) -> bool:
    """A dotted name, then one balanced pair of parentheses to the end."""
    head, _, rest = text.partition("(")
    if not rest or not head.replace("_", "").replace(".", "").isalnum():
        return False
    depth = 1
    for i, c in enumerate(rest):
        depth += (c in "([{") - (c in ")]}")
        if depth == 0:
            return i == len(rest) - 1
    return False


def peel(value: Any, *names: str) -> Any:
    """What lies under operations that only rearrange (views, casts, and `names`)."""
    while isinstance(value, Op) and value.name in ("view", "to", "index", "gather", *names) and value.args:
        value = value.args[0]
    return value


def bare(value: Any) -> Any:
    """What lies under views and casts, which keep every element."""
    while isinstance(value, Op) and value.name in ("view", "to") and value.args:
        value = value.args[0]
    return value


def same(a: Any, b: Any) -> bool:
    """Whether two parts of a tree are the same value: one object, or equal trees with equal ranges."""
    return a is b or (isinstance(a, Op | Leaf) and a == b and stats(a) == stats(b))
