r"""## What it does

Finds a constant that float16 cannot hold and that is cast to the format of the input:
`torch.full(shape, -1e10, dtype=q.dtype)`, `(1.0 - mask.to(x.dtype)) * -1e9`.

## Why it is bad

The cast says that the code is meant for more than one format. float16 ends at 65504: there the constant is `-inf`,
a row that is masked everywhere is `nan` after the softmax, and `torch.full` and `torch.tensor` refuse it. Cast to a
tensor first it also meets the positions that are not masked: `0 * -inf` is `nan`. float32 and bfloat16 hold it.

## Fix safety

No automatic fix: which finite number is small enough depends on what is added to it.

## References

- https://docs.pytorch.org/docs/stable/type_info.html#torch-finfo
- https://github.com/google/flax/issues/982
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

from numsan.core import formats
from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule
from numsan.core.syntax import signed

LARGE = re.compile(r"\de\+?\d|\d0000")
_WORDS = ("e9", "e1", "e8", "e7", "e6", "e5", "e4", "e3", "e2", "e+", "0000")
KIND = re.compile(r"(^|[._])(\w*dtype|dt)$")
_MADE = {
    "full": 1,
    "full_like": 1,
    "fill": 1,
    "tensor": 0,
    "array": 0,
    "asarray": 0,
    "constant": 0,
    "cast": 0,
}

rule = Rule(
    code="NS136",
    name="constant-cast-to-input",
    generic=True,
    kind="overflow",
    severity="info",
    title="a constant beyond 65504 is cast to the format of the input: -inf in float16",
    advice="use the format's own minimum, torch.finfo(x.dtype).min, and select by the mask: torch.where, masked_fill",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.zeros(1, 2).half()\nm = torch.tensor([[0.0, 1.0]])",
            bad="y = x + (1.0 - m.to(x.dtype)) * -1e9",
            good="y = x.masked_fill(m == 0, torch.finfo(x.dtype).min)",
            silent=(
                "y = x + (1.0 - m) * -1e9",
                "y = x + (1.0 - m.to(x.dtype)) * -1e4",
                "y = torch.tensor(-1e9, dtype=torch.float32)",
                "big = -1e4 if x.dtype == torch.float16 else -1e9\ny = (1.0 - m.to(x.dtype)) * big",
            ),
            run=False,
        ),
    ),
)


@rule.scans("dtype")
def beyond(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = [line for word in _WORDS for line in lines_with(program.text, word, LARGE)]
    for body in program.bodies_at(lines):
        if any(_asks_for_format(node) for node in body.nodes):
            continue
        masks = set(_cast_names(body))
        factors = {id(f) for n in body.nodes if isinstance(n, ast.BinOp) for f in (n.left, n.right)}
        for node in body.nodes:
            value = _cast_constant(node) or _times_constant(node, masks)
            if value < 0 or (value and id(node) in factors):  # `x - 1e10 * (1 - m)`, not a largest distance
                yield node, f"`{ast.unparse(node)}` is infinite in float16, which ends at 65504"


def _asks_for_format(node: ast.AST) -> bool:
    return isinstance(node, ast.Compare) and "16" in (text := ast.unparse(node)) and "float" in text


def _cast_names(body: Body) -> Iterator[str]:
    for node in body.nodes:
        if isinstance(node, ast.Assign) and _cast_like_input(node.value):
            yield from map(dotted, node.targets)


def _large(node: ast.expr) -> float:
    """The number, where float16 has none so large, or 0."""
    value = signed(node)
    return float(value) if value is not None and formats.of("float16").max < abs(value) < math.inf else 0.0


def _cast_constant(node: ast.AST) -> float:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Call() as made, attr="astype" | "to" | "type"), args=[kind]
        ):
            return _filled(made) if _input_format(kind) else 0.0
        case ast.Call(func=ast.Attribute(value=ast.Call() as made, attr="type_as")):
            return _filled(made)
        case ast.Call():
            kinds = [*node.args[1:], *(k.value for k in node.keywords if k.arg == "dtype")]
            return _filled(node) if any(map(_input_format, kinds)) else 0.0
        case _:
            return 0.0


def _filled(call: ast.Call) -> float:
    place = _MADE.get(dotted(call.func).rpartition(".")[2])
    return _large(call.args[place]) if place is not None and len(call.args) > place else 0.0


def _times_constant(node: ast.AST, masks: set[str]) -> float:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            value, factor = (_large(left), right) if _large(left) else (_large(right), left)
        case _:
            return 0.0
    if isinstance(factor, ast.BinOp) and isinstance(factor.op, ast.Sub):
        factor = factor.right
    return value if dotted(factor) in masks or _cast_like_input(factor) else 0.0


def _cast_like_input(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="to" | "astype" | "type"), args=args, keywords=words):
            return any(_input_format(k) for k in (*args, *(w.value for w in words)))
        case ast.Call(func=ast.Attribute(attr="cast"), args=[_, kind]):
            return _input_format(kind)
        case ast.Call(func=ast.Attribute(attr="type_as")):
            return True
        case _:
            return False


def _input_format(kind: ast.expr) -> bool:
    return bool(KIND.search(dotted(kind)))
