r"""## What it does

Finds a running sum that is cast to the format of what is added, `total = total.to(x.dtype) + x`, in a file that
knows float16 or bfloat16, and one that begins as a zero of such a format.

## Why it is bad

bfloat16 keeps 8 bits: a sum stops growing when it is 256 times as large as what is added, in float16 at 2,048
times (and at 65504 it is `inf`). Averages over an epoch are wrong by any factor, and nothing says so.

## Fix safety

No automatic fix: in which format a sum is kept is a decision of where it is made.

## References

- N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, chapter 4,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted, lines_with, read_in
from numsan.core.rule import Example, Rule

CAST = re.compile(r"=.*\.(to|type|astype|type_as)\(")
ZERO = re.compile(r"\b(zeros|zeros_like|tensor|array)\(")
SHORT = ("float16", "autocast", "precision")
SHORT_WORD = re.compile(r"\b(half|amp)\b")

rule = Rule(
    code="NS614",
    name="accumulator-in-input-format",
    kind="precision",
    title="a running sum in the format of what is added stops growing",
    advice="keep the sum in float32 or float64 and widen what is added: total += x.double()",
    doc=__doc__,
    examples=(
        Example(
            given="xs = torch.full((3000,), 0.1, dtype=torch.bfloat16)\ntotal = torch.tensor(0.0)",
            bad="# bfloat16\nfor x in xs:\n    total = total.to(x.dtype) + x\ny = total",
            good="# bfloat16\nfor x in xs:\n    total = total + x.float()\ny = total",
            silent=(
                "# bfloat16\nfor x in xs:\n    total = total + x.to(total.dtype)",
                "# bfloat16\nfor x in xs:\n    h = total.to(x.dtype) + x",
                "# of each example\nfor x in xs:\n    total = total.to(x.dtype) + x",
            ),
            wrong_by=0.5,
            run=False,
        ),
        Example(
            given="xs = torch.full((3000,), 0.1)",
            bad="total = torch.zeros((), dtype=torch.bfloat16)\nfor x in xs:\n    total += x\ny = total.float()",
            good="total = torch.zeros(())\nfor x in xs:\n    total += x\ny = total",
            silent=(
                "total = torch.zeros((), dtype=torch.bfloat16)\ntotal += xs[0]",
                "total = torch.ones((), dtype=torch.bfloat16)\nfor x in xs:\n    total *= x",
            ),
            wrong_by=0.5,
            run=False,
        ),
    ),
)


def _short(text: str) -> bool:
    """Whether a text speaks of a short format; looked for word by word, which is quick."""
    known = ("half" in text or "amp" in text) and SHORT_WORD.search(text) is not None
    return any(word in text for word in SHORT) or known


@rule.scans("dtype")
def narrowed(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = lines_with(program.text, ".dtype)", CAST)
    yield from _from_zero(program)
    if not lines or not _short(program.text.lower()):
        return
    for body in program.bodies_at(lines):
        for node in body.nodes:
            match node:
                case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Add(), left=a, right=b) as value):
                    for kept, added in ((a, b), (b, a)):
                        if _cast_to(kept, dotted(target)) & read_in(added):
                            yield (
                                value,
                                f"`{dotted(target)}` is summed in the format of `{ast.unparse(added)}`",
                            )
                case _:
                    pass


def _cast_to(kept: ast.expr, total: str) -> set[str]:
    """`x` of `total.to(x.dtype)`."""
    match kept:
        case ast.Call(
            func=ast.Attribute(value=of, attr="to" | "type" | "astype"),
            args=[ast.Attribute(value=like, attr="dtype")],
        ) if total and dotted(of) == total:
            return {dotted(like)} - {total}
        case _:
            return set()


def _from_zero(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """`total = torch.zeros((), dtype=torch.bfloat16)`, to which a loop or a method adds."""
    if "float16" not in program.text or "+=" not in program.text:
        return
    zeros = {
        dotted(target): node
        for body in program.bodies_at(lines_with(program.text, "float16", ZERO))
        for node in body.nodes
        if isinstance(node, ast.Assign) and _short_zero(node.value, program)
        for target in node.targets
    }
    for body in program.bodies if zeros else ():
        for node in body.nodes:
            if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and not _number(node.value):
                name = dotted(node.target)
                repeated = name.startswith("self.") or any(_holds(loop, node) for loop in body.loops)
                if name in zeros and repeated:
                    yield node, f"`{name}` is a sum in the format of `{ast.unparse(zeros[name].value)}`"


def _short_zero(value: ast.expr, program: Program) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(attr="zeros" | "zeros_like")):
            pass
        case ast.Call(func=ast.Attribute(attr="tensor" | "array"), args=[ast.Constant(value=0 | 0.0), *_]):
            pass
        case _:
            return False
    kinds = [k.value for k in value.keywords if k.arg == "dtype"]
    return any((program.qualified(k) or "").endswith(("float16", ".half")) for k in kinds)


def _holds(loop: ast.For | ast.While, node: ast.AugAssign) -> bool:
    return loop.lineno <= node.lineno <= (loop.end_lineno or loop.lineno)


def _number(value: ast.expr) -> bool:
    """What counts, and is another rule's business."""
    return isinstance(value, ast.Constant) or (
        isinstance(value, ast.Call) and dotted(value.func) in ("len", "int")
    )
