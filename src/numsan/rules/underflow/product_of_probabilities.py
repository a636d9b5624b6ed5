r"""## What it does

Finds a product of probabilities or likelihoods over a whole array, and a geometric mean that takes the root of a product.

## Why it is bad

A product of $n$ factors of size $p$ is $p^n$: with $p = 0.1$ it is 0 from 46 factors on in float32 (8 in float16, 324 in
float64), and every comparison of two such products is then one of 0 with 0.

## Fix safety

No automatic fix: what is compared or returned becomes a logarithm.

## References

- C. Manning, P. Raghavan, H. Schütze, *Introduction to information retrieval*, 2008, section 13.2,
  https://nlp.stanford.edu/IR-book/
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import interval
from numsan.core.made import maker
from numsan.core.op import Leaf, Op
from numsan.core.program import Program, lines_with
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.syntax import statements
from numsan.core.values import peel, source, zeros

NAMED = re.compile(r"(^|[._])(lik(elihood)?s?(_\w+)?|p|probs?|probabilit(y|ies))$", re.I)

DENSITY = re.compile(r"(^|[._])(\w*_)?(pdf|likelihoods?|density)$")  # not of a log
FACTOR = re.compile(r"\*=? *.*(\w*(likelihood|pdf|density|prob)\w*\(|\bexp\(-)", re.I)
WINDOW = re.compile(r"kernel|window|filter|mask|gauss", re.I)  # a factor for each of a few directions

rule = Rule(
    code="NS138",
    name="product-of-probabilities",
    kind="underflow",
    generic=True,
    title="a product of probabilities underflows with their number",
    advice="add logarithms: torch.log(p).sum(), and compare or return these",
    doc=__doc__,
    examples=(
        Example(
            given="likelihoods = torch.full((60,), 0.1)\nprior = torch.tensor(0.5)",
            bad="y = 1 / (prior * torch.prod(likelihoods))",
            good="y = prior.log() + torch.log(likelihoods.clamp(min=1e-30)).sum()",
            silent=("y = torch.prod(likelihoods.shape)", "y = torch.prod(factors)"),
            run=False,
        ),
        Example(
            given="xs = torch.full((60,), 4.0)",
            bad="p = torch.tensor(1.0)\nfor x in xs:\n    p *= torch.exp(-(x**2))\ny = 1 / p",
            good="y = -sum(-(x**2) for x in xs)",
            silent=("p = torch.tensor(1.0)\nfor x in xs:\n    p *= torch.exp(x)\ny = p",),
            run=False,
        ),
        Example(
            given="x = torch.full((60,), 0.1)",
            bad="y = 1 / torch.prod(x) ** (1 / len(x))",
            good="y = 1 / torch.exp(torch.log(x.clamp(min=1e-30)).mean())",
            silent=("y = torch.prod(x) ** 2",),
            run=False,
        ),
    ),
)


@rule.matches("prod", "pow")
def product(op: Op) -> Bindings | None:
    match op:
        case Op("prod", (x, *_)):
            return {"x": x, "out": op, "root": False}
        case Op("pow", (Op("prod" | "recurrence", (*_, x)) as of, root)) if _root(root):
            return {"x": of.args[0] if of.name == "prod" else x, "out": op, "root": True}
        case _:
            return None


def _root(c: Any) -> bool:
    """`1 / n` of a geometric mean."""
    return isinstance(c, Op) and c.name == "div" and c.args[0] in (1, 1.0)


@rule.scans("*")
def in_a_loop(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """`p *= density(x)`, `w = w * likelihood(z)` in every turn of a loop."""
    lines = [n for word in ("*=", " * ") for n in lines_with(program.text, word, FACTOR)]
    for body in program.bodies_at(lines) if lines else ():
        for loop in body.loops:
            for node in statements(loop):
                name = _grown(node)
                if name and not WINDOW.search(name) and FACTOR.search(ast.unparse(node)):
                    yield node, f"`{name}` is multiplied by a likelihood in every turn, and underflows"


def _grown(node: ast.AST) -> str:
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Mult()):
            return name
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=left), op=ast.Mult())
        ) if name == left:
            return name
        case _:
            return ""


@rule.reachable_when("x")
def of_probabilities(x: Any, out: Op, root: bool) -> bool | None:
    held = peel(x)
    if source(out).startswith("math."):
        return None  # of whole numbers
    if root:
        return True
    if isinstance(held, Leaf):
        return True if NAMED.search(held.text) or DENSITY.search(maker(held)) else None
    return True if _density(held) else None


def _density(x: Any) -> bool:
    """`exp(-d**2) / norm`: far from where a model expects something it is tiny."""
    match x:
        case Op("exp", (of,)):
            scaled = isinstance(held := peel(of), Op) and held.name in ("neg", "mul", "div")
            return scaled and interval(held)[1] <= 0
        case Op("div" | "mul", (a, b)):
            return _density(peel(a)) or (x.name == "mul" and _density(peel(b)))
        case _:
            return False


@rule.bites_when
def vanished(x: Any, out: Op, root: bool) -> str | None:
    if zeros(x) or not zeros(out):
        return None
    return f"no factor of `{source(x)}` is 0, but their product is"
