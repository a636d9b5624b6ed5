r"""## What it does

Finds `==` and `!=` between a computed floating-point number and a decimal constant that no binary format holds
(0.1, 0.7), between two numbers computed in different ways, and of a sum of fractions with 1.

## Why it is bad

Every operation rounds: $3\cdot0.1$ is 0.30000000000000004 in float64, so it is not 0.3, and in float32 it is. The test
is true or false by chance, and changes with the order of a sum, the number of threads and the format.

## Fix safety

No automatic fix: the tolerance is a decision.

## References

- D. Goldberg, *What every computer scientist should know about floating-point arithmetic*, 1991,
  https://doi.org/10.1145/103162.103163
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule
from numsan.core.single import Values

rule = Rule(
    code="NS222",
    name="float-equality",
    kind="precision",
    title="a computed floating-point number is compared with ==",
    advice="torch.isclose(a, b), numpy.isclose(a, b), math.isclose(a, b, rel_tol=1e-6)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.full((1,), 0.1, dtype=torch.float64)\nk = 1.0",
            bad="y = 1.0 + (x * 3 == 0.3).sum() * k",
            good="y = 1.0 + torch.isclose(x * 3, torch.full_like(x, 0.3)).sum() * k",
            silent=("y = x * 0.1 == 0.5", "y = x * 2 == 6", "y = rate == 0.7", "y = x / 2 == x // 2"),
            wrong_by=0.4,
            run=False,
        ),
        Example(
            given="a, b = torch.tensor(3.0), torch.tensor(7.0)\nk = 1.0",
            bad="y = 1.0 + (torch.sqrt(a) * torch.sqrt(b) == torch.sqrt(a * b)) * k",
            good="y = 1.0 + torch.isclose(torch.sqrt(a) * torch.sqrt(b), torch.sqrt(a * b)) * k",
            silent=("y = torch.sqrt(a) == torch.sqrt(a)",),
            wrong_by=0.4,
            run=False,
        ),
        Example(
            given="ratios = [0.7, 0.2, 0.1]\nk = 1.0",
            bad="y = 1.0 + torch.tensor(k if sum(ratios) == 1 else 0.0)",
            good="import math\ny = 1.0 + torch.tensor(k if math.isclose(sum(ratios), 1) else 0.0)",
            silent=("y = sum(counts) == 1",),
            wrong_by=0.4,
            run=False,
        ),
    ),
)

_INEXACT = (
    "sqrt",
    "exp",
    "log",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sigmoid",
    "softmax",
    "norm",
    "std",
    "var",
    "power",
)
_FRACTIONS = re.compile(r"(^|[._])((prob|ratio|frac|weight|proportion|split|share)\w*|p|pi|pmf)$", re.I)
_COMPARED = re.compile(
    r"[!=]= *\(?-?\d*\.\d*[1-9]|\bsum\(.*[!=]= *1(\.0?)?(?![\w.])"
    r"|\b(sqrt|exp|log|sin|cos|tan|tanh|norm|std|var)\(.*[!=]=.*\("
)


@rule.scans("=")
def compared(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = [n for sign in ("==", "!=") for n in lines_with(program.text, sign, _COMPARED)]
    for body in program.bodies_at(lines) if lines else ():
        values = Values(program, body)
        for node in body.nodes:
            match node:
                case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                    says = _says(values, left, right) or _says(values, right, left)
                    says = says or _accumulated(body, left, right)
                    if says:
                        yield node, says
                case _:
                    pass


def _says(values: Values, value: ast.expr, other: ast.expr) -> str:
    computed = values.of(value)
    if isinstance(other, ast.Constant):
        constant = other.value
        if isinstance(constant, float) and constant * 2**20 % 1 and _arithmetic(computed):
            return f"`{ast.unparse(value)}` is rounded, and {constant} is no binary fraction"
        return _fractions(value, computed) if constant == 1 and not isinstance(constant, bool) else ""
    expected = values.of(other)
    both = _rounded(computed) and _rounded(expected)
    if not both or ast.unparse(computed) == ast.unparse(expected):
        return ""
    return f"`{ast.unparse(value)}` and `{ast.unparse(other)}` are rounded in different ways"


def _accumulated(body: Body, total: ast.expr, other: ast.expr) -> str:
    """`total += 0.1` in the function that asks whether `total` is 0.3."""
    exact = (
        not isinstance(other, ast.Constant)
        or not isinstance(other.value, float)
        or not other.value * 2**20 % 1
    )
    if exact or not dotted(total):
        return ""
    for node in body.nodes:
        match node:
            case ast.AugAssign(target=target, op=ast.Add() | ast.Sub(), value=ast.Constant(value=float())):
                if dotted(target) == dotted(total):
                    return f"`{dotted(total)}` is a sum of rounded numbers"
            case _:
                pass
    return ""


def _arithmetic(node: ast.expr) -> bool:
    """A product, quotient or sum in floating point, or a function that rounds."""
    return (isinstance(node, ast.BinOp) and _operates(node)) or _calls(node, (*_INEXACT, "mean", "sum"))


def _operates(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub | ast.Pow)


def _rounded(node: ast.expr) -> bool:
    """A function that rounds, alone or in a product."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() | ast.Add() | ast.Sub(), right=right):
            return _rounded(left) or _rounded(right)
        case _:
            return _calls(node, _INEXACT)


def _calls(node: ast.expr, names: tuple[str, ...]) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name in names
        case _:
            return False


def _fractions(value: ast.expr, computed: ast.expr) -> str:
    """`sum(ratios)`, `np.sum(probs)`, `weights.sum()`."""
    match computed:
        case ast.Call(func=ast.Name(id="sum"), args=[summed]):
            name = dotted(summed)
        case ast.Call(func=ast.Attribute(attr="sum", value=owner), args=args, keywords=[]):
            name = dotted(args[0]) if args and dotted(owner) in ("np", "numpy", "torch") else dotted(owner)
        case _:
            return ""
    return f"`{ast.unparse(value)}` is a sum of rounded fractions" if _FRACTIONS.search(name) else ""
