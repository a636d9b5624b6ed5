"""Repairs for a format that is too narrow: compute the expression in float32, scale before multiplying, and mask with
a number that the format has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.repair.guards import Guard, called
from numsan.repair.text import Function, Text

_PRODUCTS = frozenset(("matmul", "bmm", "mm", "einsum", "dot", "baddbmm"))
_INFINITE = re.compile(r"""^-?\s*(float\(\s*["']-?inf(inity)?["']\s*\)|(torch|math|np|numpy)\.inf)$""")
_MASKING = 3e4  # magnitude of a finite mask: float16 has it, twice over it has not


def widened(text: Text, node: ast.expr) -> Iterator[Guard]:
    """The operation at this node on operands in float32."""
    match node:
        case ast.BinOp(op=ast.Div(), left=ast.Call() | ast.BinOp(op=ast.MatMult()) as product, right=right):
            yield from _scaled_first(text, node, product, right)
            yield from _in_float32(text, [product])
        case ast.BinOp(left=left, right=right):
            yield from _in_float32(text, [n for n in (left, right) if not isinstance(n, ast.Constant)])
        case ast.Call():
            _, operand = called(text, node)
            others = [
                a
                for a in node.args
                if a is not operand and isinstance(a, ast.Name | ast.Attribute | ast.Call)
            ]
            if operand is not None:
                yield from _in_float32(text, [operand])
                if others:
                    yield from _in_float32(text, [operand, *others])
        case _:
            return


def _in_float32(text: Text, nodes: list[ast.expr]) -> Iterator[Guard]:
    if nodes:
        yield Guard(tuple((n, f"{text.atom(n)}.float()") for n in nodes), "computes in float32")


def _scaled_first(text: Text, node: ast.BinOp, product: ast.expr, scale: ast.expr) -> Iterator[Guard]:
    """`(a @ b) / s` as `(a / s) @ b`: the same number, without the large one in between."""
    first = product.left if isinstance(product, ast.BinOp) else None
    if isinstance(product, ast.Call):
        name, operand = called(text, product)
        first = operand if name in _PRODUCTS else None
    if first is None or isinstance(first, ast.Constant):
        return
    start, end = text.span(first)
    whole = text.span(product)
    new = f"{text.text[whole[0] : start]}({text.atom(first)} / {text.atom(scale)}){text.text[end : whole[1]]}"
    yield Guard(((node, new),), "scales before the product instead of after it")


def finite_masks(text: Text, around: Function) -> Iterator[Guard]:
    """Every mask of minus infinity in the function, or in the module, as a finite number; likewise float32's least."""
    for where in dict.fromkeys((around, text.tree)):
        nodes = [n for n in ast.walk(where) if isinstance(n, ast.expr)]
        infinite = [n for n in nodes if _negative_infinity(text, n)]
        inner = {id(c) for n in infinite for c in ast.walk(n) if c is not n}
        edits = tuple((n, f"-{_MASKING:g}".replace("+0", "")) for n in infinite if id(n) not in inner)
        if edits:
            yield Guard(edits, "masks with a finite number instead of -inf")
    for node in ast.walk(around):
        if isinstance(node, ast.Attribute) and node.attr == "min" and _least_float32(text, node.value):
            yield Guard(((node, f"-{_MASKING:g}"),), "masks with a number that the format has")


def wider_autocast(text: Text) -> Iterator[Guard]:
    """bfloat16 has the range of float32, at three bits less than float16."""
    found = [k for n in ast.walk(text.tree) if isinstance(n, ast.Call) and called(text, n)[0] == "autocast"
             for k in n.keywords if k.arg == "dtype" and text.segment(k.value) == "torch.float16"]  # fmt: skip
    if found:
        yield Guard(
            tuple((k.value, "torch.bfloat16") for k in found), "autocast to bfloat16, whose range is wider"
        )


def _negative_infinity(text: Text, node: ast.expr) -> bool:
    said = text.segment(node)
    return isinstance(node, ast.UnaryOp | ast.Call) and "-" in said and bool(_INFINITE.match(said))


def _least_float32(text: Text, node: ast.expr) -> bool:
    said = text.segment(node)
    return isinstance(node, ast.Call) and "finfo" in said and "float32" in said
