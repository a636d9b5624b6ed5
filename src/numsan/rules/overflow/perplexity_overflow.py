r"""## What it does

Finds a perplexity computed with Python's own numbers, `math.exp(loss)` or `2**loss`, from an unbounded loss.

## Why it is bad

Python raises `OverflowError` where IEEE arithmetic gives `inf`: `math.exp` above 709.78, `2**x` above 1024
(both are float64; in float32, `torch.exp` is `inf` above 88.72). One bad batch, or a loss summed over tokens
instead of averaged, ends the run.

## Fix safety

No automatic fix: the caller may want `inf`, a bound, or an error.

## References

- https://docs.python.org/3/library/exceptions.html#OverflowError
- https://github.com/facebookresearch/fairseq/issues/1833
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, lines_with
from numsan.core.rule import Example, Rule

LOSS = re.compile(r"(^|[._\"'])(\w*loss\w*|nll\w*|\w*entropy|ce)(\.item\(\)|[\"']\])?$")
NAMED = re.compile(r"perplexity|(^|_)ppl($|_)", re.I)
BOUNDED = re.compile(r"\b(min|clip|clamp)\b|^[\d.]+$")
WORDS = re.compile(r"(?<![a-z])(perplexity|ppl)(?![a-z])", re.I)

rule = Rule(
    code="NS128",
    name="perplexity-overflow",
    kind="overflow",
    severity="info",
    title="math.exp and ** raise OverflowError for a large loss",
    advice="bound it, math.exp(min(loss, 700.0)), or catch OverflowError and report inf",
    doc=__doc__,
    examples=(
        Example(
            given="loss = 1000.0",
            bad="import math\nperplexity = math.exp(loss)\ny = torch.tensor(perplexity)",
            good="import math\nperplexity = math.exp(min(loss, 700.0))\n"
            "y = torch.tensor(perplexity, dtype=torch.float64)",
            silent=(
                "import math\ntry:\n    y = math.exp(loss)\nexcept OverflowError:\n    y = float('inf')",
                "import math\ny = math.exp(rate)",
            ),
            run=False,
        ),
        Example(
            given="logs = [-1000.0, -900.0]",
            bad="import math\ndef perplexity(logs):\n    return math.exp(-sum(logs) / len(logs))\n"
            "y = torch.tensor(perplexity(logs))",
            good="import math\ndef perplexity(logs):\n    return math.exp(min(-sum(logs) / len(logs), 700.0))\n"
            "y = torch.tensor(perplexity(logs), dtype=torch.float64)",
            run=False,
        ),
        Example(
            given="loss = 2000.0",
            bad="ppl = 2**loss\ny = torch.tensor(ppl)",
            good="ppl = 2 ** min(loss, 1000.0)\ny = torch.tensor(ppl, dtype=torch.float64)",
            run=False,
        ),
    ),
)


@rule.scans()
def raises(program: Program) -> Iterator[tuple[ast.AST, str]]:
    yield from _found(program, ("exp(", "**", "pow("))


def _found(program: Program, signs: tuple[str, ...]) -> Iterator[tuple[ast.AST, str]]:
    text = program.text
    if not any(sign in text for sign in signs):
        return
    if not any(lines_with(text, word, WORDS) for word in ("erplexity", "PPL", "ppl")):
        return
    for body in program.bodies:
        for node in body.nodes:
            name = _exponent(program, node, bool(NAMED.search(body.name)))
            if name is not None and not _caught(body, node) and not _asked(body, name):
                yield node, f"`{ast.unparse(node)}` raises OverflowError for a large `{name}`"


def _exponent(program: Program, node: ast.AST, asked: bool) -> str | None:
    match node:
        case ast.Call(func=function, args=[value]) if program.qualified(function) == "math.exp":
            name = ast.unparse(value)
        case ast.Call(func=function, args=[_, value]) if program.qualified(function) == "math.pow":
            name = ast.unparse(value)
        case ast.BinOp(left=ast.Constant(value=2), op=ast.Pow(), right=value):
            name = ast.unparse(value)
        case ast.BinOp(left=ast.Name(), op=ast.Pow(), right=value) if asked and LOSS.search(
            ast.unparse(value)
        ):
            name = ast.unparse(value)
        case _:
            return None
    bounded = BOUNDED.search(name)
    return name if LOSS.search(name) or (asked and not bounded) else None


def _asked(body: Body, name: str) -> bool:
    """`if loss > 700:` before it, however the number is written there."""
    tests = (n.test for n in body.nodes if isinstance(n, ast.If | ast.IfExp))
    return any(
        isinstance(t, ast.Compare)
        and not isinstance(t.ops[0], ast.Is | ast.IsNot)
        and name in map(ast.unparse, ast.walk(t.left))
        for t in tests
    )


def _caught(body: Body, node: ast.AST) -> bool:
    return any(
        isinstance(block, ast.Try) and any(inner is node for s in block.body for inner in ast.walk(s))
        for block in body.nodes
    )
