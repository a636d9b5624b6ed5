r"""## What it does

Finds the forward recursion of a hidden Markov model, CTC or CRF written with probabilities: a table or vector that a
loop multiplies step by step, whose logarithm is taken at the end, or which is named after such a recursion.

## Why it is bad

After $T$ steps the numbers are products of $T$ probabilities: with factors around 0.1 float32 (1e-45) is left after 45
steps, float16 (6e-8) after 7, float64 (4.9e-324) after 323. Everything is 0 from there on, the likelihood is 0 and its
logarithm `-inf`. In log space, $\alpha_t(j) = \log\sum_i \exp(\alpha_{t-1}(i) + \log A_{ij}) + \log b_j$, there is no
such limit; nor if each step is divided by its sum and the logarithms of the sums are added.

## Fix safety

No automatic fix: several statements change together.

## References

- L. Rabiner, *A tutorial on hidden Markov models*, 1989, section V.A, https://doi.org/10.1109/5.18626
- A. Graves et al., *Connectionist temporal classification*, 2006, https://doi.org/10.1145/1143844.1143891
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule
from numsan.core.scanned import steps
from numsan.core.syntax import walk

_GIVEN = "A = torch.full((2, 2), 0.5)\nB = torch.full((100, 2), 0.1)"

rule = Rule(
    code="NS133",
    name="recursion-in-linear-space",
    kind="underflow",
    severity="warning",
    title="a recursion over probabilities underflows with the length of the sequence",
    advice="recur in log space with logsumexp, or divide each step by its sum and add up the logs of the sums",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad=(
                "alpha = torch.zeros(100, 2)\n"
                "alpha[0] = B[0]\n"
                "for t in range(1, 100):\n"
                "    alpha[t] = alpha[t - 1] @ A * B[t]\n"
                "y = torch.log(alpha[-1].sum())"
            ),
            good=(
                "alpha = torch.log(B[0])\n"
                "for t in range(1, 100):\n"
                "    alpha = torch.logsumexp(alpha[:, None] + torch.log(A), 0) + torch.log(B[t])\n"
                "y = torch.logsumexp(alpha, 0)"
            ),
            silent=(
                "y = torch.zeros(100)\nfor t in range(1, 100):\n    y[t] = y[t - 1] * decay + r[t]\n",
                "alpha[0] = B[0]\nfor t in range(1, 100):\n    alpha[t] = alpha[t - 1] @ A * B[t]\n"
                "    c[t] = alpha[t].sum()\n    alpha[t] /= c[t]\ny = torch.log(c).sum()",
                "for t in range(1, n):\n    alpha[t] = torch.logsumexp(alpha[t - 1] + A, 0) * mask[t]\n",
            ),
            run=False,
        ),
        Example(
            given="",
            bad=(
                "def step(alpha, b):\n    alpha = (alpha @ A) * b\n    return alpha, alpha\n"
                "alpha, _ = jax.lax.scan(step, start, B)"
            ),
            good=(
                "def step(alpha, b):\n    alpha = (alpha @ A) * b\n    alpha = alpha / alpha.sum()\n"
                "    return alpha, alpha\nalpha, _ = jax.lax.scan(step, start, B)"
            ),
            run=False,
        ),
    ),
)

_NAMED = re.compile(r"alpha|viterbi|trellis|forward|fwd|^(beta|delta|dp)s?$|likelihood", re.I)
_LOGS = re.compile(r"log|exp|softmax|normali[sz]|scal(e|ing)|/")
_TABLE = re.compile(r"\[[^\]]*- ?1\b.*(\*|@|dot\(|matmul\()|(\*|@).*\[[^\]]*- ?1\b")
_VECTOR = re.compile(r"^[ \t]*(\w+) *= *.*\b\1\b.*\) *\* *[\w.]+\[", re.M)
_PLACES = (
    *((word, _TABLE) for word in (" - 1]", " - 1,", "t-1", "i-1", "k-1", "n-1")),
    *((word, _VECTOR) for word in (")*", ") * ")),
    ("*=", re.compile(r"\w\[.*\] *\*= *\w+\[")),
    (".append(", re.compile(r"(\w+)\.append\(.*\b\1\[-1\].*\*")),
)


@rule.scans()
def multiplied(program: Program) -> Iterator[tuple[ast.AST, str]]:
    yield from _scanned(program)
    text = program.text
    if "range(1" not in text and "[1:]:" not in text:
        return
    lines = [n for word, pattern in _PLACES for n in lines_with(text, word, pattern)]
    for body in program.bodies_at(lines) if lines else ():
        seen: set[int] = set()
        for loop in body.loops:
            if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name):
                continue
            inside = [n for s in loop.body for n in walk(s)]
            if _LOGS.search("\n".join(map(ast.unparse, loop.body))):
                continue  # in log space, or scaled
            for node, name in _products(inside, loop.target.id):
                if id(node) not in seen and (_NAMED.search(name) or _logarithm(body, name)):
                    seen.add(id(node))
                    yield node, f"`{name}` is multiplied by probabilities at every step, and underflows"


def _scanned(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """`carry = (carry @ A) * b` in the step of a scan, of which a logarithm is taken afterwards."""
    for step, carry in steps(program):
        if _LOGS.search("\n".join(map(ast.unparse, step.body))):
            continue
        for node in step.body:
            match node:
                case ast.Assign(value=ast.BinOp(op=ast.Mult()) as value):
                    if _names(value, carry) and _transition(value) and _NAMED.search(carry):
                        yield node, f"`{carry}` is multiplied by probabilities at every step, and underflows"
                case _:
                    pass


def _products(inside: list[ast.AST], step: str) -> Iterator[tuple[ast.stmt, str]]:
    """Statements that make the next entry of a table, or a vector, from products with the one before."""
    for node in inside:
        match node:
            case ast.Assign(targets=[ast.Subscript() as target], value=ast.BinOp(op=ast.Mult()) as value):
                if _before(value, _base(target), step) and _transition(value):
                    yield node, _base(target)
            case ast.AugAssign(
                target=ast.Subscript() as target, op=ast.Add(), value=ast.BinOp(op=ast.Mult()) as value
            ):
                if _before(value, _base(target), step) and isinstance(value.left, ast.BinOp):
                    yield node, _base(target)
            case ast.AugAssign(
                target=ast.Subscript() as target, op=ast.Mult(), value=ast.Subscript() as value
            ):
                table = _base(target)
                carried = (n for n in inside if isinstance(n, ast.Assign | ast.AugAssign))
                if _names(value, step) and any(_before(n.value, table, step) for n in carried):
                    yield node, table
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Mult()) as value):
                emitted = isinstance(value.right, ast.Subscript) and _names(value.right, step)
                if emitted and _sums(value.left) and _names(value.left, name):
                    yield node, name
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(attr="append") as f, args=[ast.BinOp(op=ast.Mult()) as value]
                )
            ):
                name = dotted(f.value)
                if f"{name}[-1]" in ast.unparse(value) and _transition(value) and _names(value, step):
                    yield node, name
            case _:
                pass


def _sums(node: ast.expr) -> bool:
    """A sum, or a product with a matrix that is not known as an operation."""
    match node:
        case ast.BinOp(op=ast.Add()) | ast.Call(func=ast.Attribute(attr="matvec" | "tensordot" | "einsum")):
            return True
        case _:
            return False


def _base(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return dotted(node)


def _before(value: ast.expr, table: str, step: str) -> bool:
    """Whether the value reads the table's entry of the step before."""
    earlier = f"{step} - 1"
    return bool(table) and any(
        isinstance(n, ast.Subscript) and _base(n) == table and earlier in ast.unparse(n) for n in walk(value)
    )


def _transition(value: ast.expr) -> bool:
    """A matrix product, or a sum of products, among the factors."""
    for node in walk(value):
        match node:
            case ast.BinOp(op=ast.MatMult()):
                return True
            case ast.Call(func=ast.Attribute(attr="dot" | "matmul" | "mm" | "mv" | "sum" | "einsum" | "max")):
                return True
            case ast.Call(func=ast.Name(id="sum" | "max")):
                return True
            case _:
                pass
    return False


def _names(node: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in walk(node))


def _logarithm(body: Body, name: str) -> bool:
    """Whether a logarithm of the table or vector is taken."""
    for call in body.methods("log"):
        parts = (*call.node.args, call.node.func)
        if any(dotted(n) == name for p in parts for n in walk(p) if isinstance(n, ast.Name | ast.Attribute)):
            return True
    return False
