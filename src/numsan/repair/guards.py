"""Guards around one operation: its operand is kept off the edge at which value or derivative leaves the numbers.

Each guard is a candidate only. What it is worth, a run shows; so several are offered, the mildest first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from numsan.repair.text import Text

_TINY = ("1e-12", "1e-6")
_INSIDE_ONE = "min=-1 + 1e-6, max=1 - 1e-6"
_LOGS = frozenset(("log", "log2", "log10"))
_ROOTS = frozenset(("sqrt", "rsqrt", "pow", "float_power", "power", "reciprocal"))
_EXPS = frozenset(("exp", "exp2", "expm1", "sinh", "cosh"))
_ONES = frozenset(("acos", "asin", "atanh", "arccos", "arcsin", "arctanh"))
_SPREADS = frozenset(("std", "var", "std_mean", "var_mean", "nanstd"))
_FACTORS = frozenset(("cholesky", "cholesky_ex", "inv", "inverse", "solve"))
_SPECTRA = frozenset(("eigh", "svd", "eigvalsh", "symeig"))

Edits = tuple[tuple[ast.expr, str], ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """Expressions and their new texts, with a word about what they do."""

    edits: Edits
    says: str


def guards(text: Text, node: ast.expr) -> Iterator[Guard]:
    """For the operation at this very node."""
    match node:
        case ast.BinOp(op=ast.Div(), right=right) if not isinstance(right, ast.Constant):
            yield from _divisor(text, node, right)
        case ast.BinOp(op=ast.Pow(), left=left, right=right) if not _whole(right):
            yield from _bounded(text, node, left, [f"min={eps}" for eps in _TINY], "keeps the base off 0")
        case ast.Call():
            yield from _hidden_rows(text, node)
            name, operand = called(text, node)
            if operand is not None:
                yield from _call(text, node, name, operand)
        case _:
            return


def _hidden_rows(text: Text, node: ast.Call) -> Iterator[Guard]:
    """Masks of attention: True hides a key in `key_padding_mask`, and shows it in torch's own `attn_mask` of bool."""
    for keyword in node.keywords:
        mask = text.atom(keyword.value)
        if keyword.arg is not None and keyword.arg.endswith("key_padding_mask"):
            new = f"{mask} & ~{mask}.all(dim=-1, keepdim=True)"
        elif keyword.arg == "attn_mask" and called(text, node)[0] == "scaled_dot_product_attention":
            new = f"{mask} | ~{mask}.any(dim=-1, keepdim=True)"
        else:
            continue
        yield Guard(((keyword.value, new),), "a row that the mask hides whole sees everything")


def called(text: Text, node: ast.Call) -> tuple[str, ast.expr | None]:
    """Last name of the function and what it is applied to: first argument, or the object of a method."""
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if isinstance(function, ast.Attribute) and text.names.qualified(function) is None:
        return name, function.value
    return name, node.args[0] if node.args and not isinstance(node.args[0], ast.Starred) else None


def _call(text: Text, node: ast.Call, name: str, operand: ast.expr) -> Iterator[Guard]:
    if name in _LOGS:
        yield from _bounded(text, node, operand, [f"min={eps}" for eps in _TINY], "keeps the argument off 0")
    elif name == "log1p":
        yield from _bounded(text, node, operand, ["min=-1 + 1e-6"], "keeps the argument off -1")
    elif name in _ROOTS:
        yield from _bounded(text, node, operand, [f"min={eps}" for eps in _TINY], "keeps the argument off 0")
    elif name in _EXPS:
        yield from _bounded(
            text, node, operand, ["max=20.0", "max=10.0"], "keeps the argument where exp is finite"
        )
    elif name in _ONES:
        yield from _bounded(text, node, operand, [_INSIDE_ONE], "keeps the argument off the ends -1 and 1")
    elif name in ("acosh", "arccosh"):
        yield from _bounded(text, node, operand, ["min=1 + 1e-6"], "keeps the argument off 1")
    elif name in ("div", "true_divide", "divide") and node.args:
        yield from _divisor(text, node, node.args[-1])
    elif name in _SPREADS and not any(k.arg in ("unbiased", "correction", "ddof") for k in node.keywords):
        yield Guard(((node, _with_argument(text, node, "correction=0")),), "one element has spread 0")
    elif name == "mean":
        yield from _mean(text, node, operand)
    elif name == "norm":
        yield from _norm(text, node)
    elif name in _FACTORS or name in _SPECTRA:
        yield from _matrix(text, operand, name)


def _bounded(text: Text, node: ast.expr, operand: ast.expr, bounds: list[str], says: str) -> Iterator[Guard]:
    array = library(text, node)
    for bound in bounds:
        yield Guard(((operand, clamp(text.segment(operand), bound, array)),), says)


def library(text: Text, node: ast.expr) -> str:
    """`np` (under its name in this file) for numpy's functions, `math`, else `torch`."""
    if isinstance(node, ast.Call):
        qualified = text.names.qualified(node.func) or ""
        if qualified.startswith("numpy"):
            return text.names.local("numpy") or "numpy"
        if qualified.startswith("math."):
            return "math"
    return text.names.local("torch") or "torch"


def clamp(operand: str, bounds: str, array: str) -> str:
    """
    >>> clamp("x", "min=1e-12", "torch"), clamp("x", "min=-1, max=1", "np"), clamp("x", "max=20.0", "math")
    ('torch.clamp(x, min=1e-12)', 'np.clip(x, -1, 1)', 'min(x, 20.0)')
    """
    if array.endswith("torch"):
        return f"{array}.clamp({operand}, {bounds})"
    ends = dict(part.split("=") for part in bounds.split(", "))
    low, high = ends.get("min"), ends.get("max")
    if array == "math":
        inner = operand if low is None else f"max({operand}, {low})"
        return inner if high is None else f"min({inner}, {high})"
    return f"{array}.clip({operand}, {low}, {high})"


def _divisor(text: Text, node: ast.expr, right: ast.expr) -> Iterator[Guard]:
    """A divisor of one sign is bounded, one of either sign loses its zeros."""
    array, below = library(text, node), text.segment(right)
    for eps in ("1e-12", "1e-6", "1"):
        yield Guard(((right, clamp(below, f"min={eps}", array)),), "keeps the divisor off 0")
    yield Guard(((right, f"{array}.where({below} == 0, 1e-6, {below})"),), "replaces a divisor of 0")


def _whole(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 1


def _with_argument(text: Text, call: ast.Call, argument: str) -> str:
    whole = text.segment(call)
    bare = not call.args and not call.keywords
    return f"{whole[:-1].rstrip().rstrip(',')}{'' if bare else ', '}{argument})"


def _mean(text: Text, node: ast.Call, operand: ast.expr) -> Iterator[Guard]:
    """The mean of nothing becomes 0; of anything else it stays what it was."""
    inner = text.atom(operand)
    dim = next((text.segment(k.value) for k in node.keywords if k.arg in ("dim", "axis")), None)
    method = isinstance(node.func, ast.Attribute) and node.func.value is operand
    rest = node.args if method else node.args[1:]
    dim = dim or (text.segment(rest[0]) if rest else None)
    if dim is None:
        yield Guard(((node, f"({inner}.sum() / max({inner}.numel(), 1))"),), "the mean of nothing is 0")
    elif dim.lstrip("-").isdigit():
        yield Guard(
            ((node, f"({inner}.sum({dim}) / max({inner}.shape[{dim}], 1))"),), "the mean of nothing is 0"
        )


def _norm(text: Text, node: ast.Call) -> Iterator[Guard]:
    yield Guard(
        ((node, clamp(text.segment(node), "min=1e-12", library(text, node))),), "keeps the norm off 0"
    )


def _matrix(text: Text, operand: ast.expr, name: str) -> Iterator[Guard]:
    """A little on the diagonal: equal for what has to be positive, rising for what has equal eigenvalues."""
    torch, inner = text.names.local("torch") or "torch", text.atom(operand)
    for size in ("1e-6", "1e-4", "1e-3", "1e-2"):
        if name in _FACTORS:
            new = f"{inner} + {size} * {torch}.eye({inner}.shape[-1], dtype={inner}.dtype, device={inner}.device)"
        else:
            rising = (
                f"{torch}.linspace(0, {size}, {inner}.shape[-1], dtype={inner}.dtype, device={inner}.device)"
            )
            new = f"{inner} + {torch}.diag({rising})"
        yield Guard(((operand, new),), "adds a little to the diagonal")
