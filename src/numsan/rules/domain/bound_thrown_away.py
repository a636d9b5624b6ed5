r"""## What it does

Finds a bound that is computed and never used: `x.clamp(min=eps)` as a statement, or a clamped value that the next
assignment to the same name overwrites with one that has no bound.

## Why it is bad

`clamp`, `nan_to_num` and `masked_fill` return a new tensor. The value that goes on is the old one, with the 0 that a
division turns into $1/0 = \infty$, the 1 of an $\operatorname{artanh}$, or the `nan` itself.

## Fix safety

No automatic fix: which of the two values was meant is not in the source.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.Tensor.clamp_.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted, read_in
from numsan.core.rule import Example, Rule
from numsan.core.syntax import statements

BOUNDING = frozenset(
    ("clamp", "clamp_min", "clamp_max", "clip", "clip_by_value", "nan_to_num", "masked_fill")
)
_CALLS = ("clamp(", "clamp_min(", "clamp_max(", "clip(", "clip_by_value(", "nan_to_num(", "masked_fill(")
_SOFT = re.compile(r"clamp|clip|max|min|eps|nan_to_num|where|abs|relu", re.I)

rule = Rule(
    code="NS326",
    name="bound-thrown-away",
    kind="domain",
    title="a bound is computed and not used",
    advice="assign the result, x = x.clamp(min=1e-5), or bound in place with clamp_",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 1.0])",
            bad="x.clamp(min=1e-5)\ny = 1 / x",
            good="x = x.clamp(min=1e-5)\ny = 1 / x",
            silent=("x.clamp_(min=1e-5)\ny = 1 / x", "torch.clamp(x, min=1e-5, out=x)\ny = 1 / x"),
            run=False,
        ),
        Example(
            given="x = torch.tensor([0.0, 0.0])\ntop = torch.tensor(0.0)",
            bad="scale = top.clamp(min=1e-5)\nscale = top\ny = x / scale",
            good="scale = top.clamp(min=1e-5)\ny = x / scale",
            silent=(
                "scale = top.clamp(min=1e-5)\nscale = scale * 2\ny = x / scale",
                "scale = top.clamp(min=1e-5)\nz = x / scale\nscale = top\ny = scale + x",
            ),
            run=False,
        ),
    ),
)


@rule.scans("torch")
def unused(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not any(name in program.text for name in _CALLS):
        return
    for node in statements(program.tree):
        for name in ("body", "orelse"):
            block: list[ast.AST] | None = getattr(node, name, None)
            if isinstance(block, list):
                yield from _in_block(program, block)


def _in_block(program: Program, block: list[ast.AST]) -> Iterator[tuple[ast.AST, str]]:
    bounded: dict[str, ast.expr] = {}
    for statement in block:
        match statement:
            case ast.Expr(value=ast.Call() as call) if _bounds(program, call, alone=True):
                yield call, f"`{ast.unparse(call)}` returns a new value, which nothing receives"
            case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=value):
                name, read = dotted(target), read_in(value) if bounded else set[str]()
                lost = bounded.pop(name, None)
                if lost is not None and name not in read and _same_without(lost, value):
                    yield value, f"`{ast.unparse(lost)}` is overwritten before anything reads it"
                bounded = {k: v for k, v in bounded.items() if k not in read}
                if isinstance(value, ast.Call) and _bounds(program, value):
                    bounded[name] = value
            case _ if bounded:
                read = read_in(statement)
                bounded = {k: v for k, v in bounded.items() if k not in read}
            case _:
                pass


def _bounds(program: Program, call: ast.Call, alone: bool = False) -> bool:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in BOUNDING:
        return False
    if any(k.arg in ("out", "inplace", "copy") for k in call.keywords) or not (call.args or call.keywords):
        return False
    if alone and function.attr in ("clip", "masked_fill"):  # methods of that name may work in place elsewhere
        qualified = program.qualified(function) or ""
        return function.attr == "masked_fill" or qualified.startswith(
            ("torch.", "numpy.", "jax.", "tensorflow.")
        )
    return True


def _same_without(bounded: ast.expr, value: ast.expr) -> bool:
    """Whether the later value is what was bounded, without a bound."""
    return not _SOFT.search(ast.unparse(value)) and bool(read_in(value) & read_in(bounded))
