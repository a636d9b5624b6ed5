r"""## What it does

Finds noise schedules that reach 0 or 1: `betas = linspace(1e-4, 1.0, T)`, the cosine schedule without its clip, a
division by `1 - t` (or `t`) over a grid that holds 1 (or 0).

## Why it is bad

With $\beta_T = 1$ the product $\bar\alpha_T$ is exactly 0 in every format: $1/\sqrt{\bar\alpha_T}$ and the
signal-to-noise ratio's logarithm are infinite, and the first step of sampling is `inf` or `nan`. The cosine
schedule $\bar\alpha(t) = \cos^2(\ldots)$ ends at 0 (1e-15 in float32), so its last $\beta$ is 1; its authors clip it
to 0.999. A flow $(x_1 - x_t)/(1 - t)$ is 0/0 at $t = 1$.

## Fix safety

No automatic fix: the end of a schedule belongs to the model.

## References

- A. Nichol, P. Dhariwal, *Improved denoising diffusion probabilistic models*, 2021, https://arxiv.org/abs/2102.09672
- S. Lin et al., *Common diffusion noise schedules and sample steps are flawed*, 2023, https://arxiv.org/abs/2305.08891
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule
from numsan.core.single import Values
from numsan.core.syntax import walk

_SNR = "alphas = 1 - betas\nalphas_bar = torch.cumprod(alphas, 0)\ny = torch.sqrt(alphas_bar).reciprocal()"

rule = Rule(
    code="NS322",
    name="schedule-reaches-its-end",
    kind="domain",
    severity="warning",
    title="a noise schedule reaches 0 or 1, where what is divided by it is infinite",
    advice="end betas below 1 (clamp(max=0.999)), and leave the last point of a grid for 1 - t out",
    doc=__doc__,
    examples=(
        Example(
            given="steps = 100",
            bad="betas = torch.linspace(1e-4, 1.0, steps)\n" + _SNR,
            good="betas = torch.linspace(1e-4, 0.02, steps)\n" + _SNR,
            silent=("weights = torch.linspace(0.0, 1.0, steps)\ny = x * weights",),
            run=False,
        ),
        Example(
            given="x = torch.ones(3)",
            bad="y = x\nfor t in torch.linspace(0.0, 1.0, 11):\n    y = y + 0.1 * (2 * x - y) / (1 - t)",
            good="y = x\nfor t in torch.linspace(0.0, 0.9, 10):\n    y = y + 0.1 * (2 * x - y) / (1 - t)",
            silent=(
                "for t in torch.linspace(0.0, 1.0, 11)[:-1]:\n    y = x / (1 - t)",
                "for t in torch.linspace(0.0, 1.0, 11):\n    y = x / (1 - t + 1e-5)",
            ),
            run=False,
        ),
    ),
)

_SCHEDULE = re.compile(r"(^|[._])(betas?|alphas?_?(cumprod|bars?|hats?|prod))$")
_BETAS = re.compile(r"(^|[._])betas?$")
_ALPHAS = re.compile(r"(^|[._])alphas?_?(cumprod|bars?|hats?|prod)$")
_CLIPPED = re.compile(r"cli?a?mp|clip|min\(|minimum")


_GRID = re.compile(r"\b\w+ *= *|for \w+ in ")
_APPENDED = re.compile(r"append\(1(\.0?)? *- *\w+\(.*/")
_RATIO = re.compile(r"betas? *= *1(\.0?)? *- *\(?\w+\[")

_COSINE = (("betas = 1", _RATIO), ("betas=1", _RATIO), ("append(1", _APPENDED))


@rule.scans("=")
def reaching(program: Program) -> Iterator[tuple[ast.AST, str]]:
    text = program.text
    words = _COSINE if "beta" in text else ()
    lines = lines_with(text, "linspace(", _GRID)
    lines += [n for word, pattern in words for n in lines_with(text, word, pattern)]
    for body in program.bodies_at(lines) if lines else ():
        for node in body.nodes:
            match node:
                case ast.Assign(targets=[target], value=value) if _SCHEDULE.search(dotted(target)):
                    if says := _schedule(Values(program, body), dotted(target), value, body):
                        yield value, says
                case ast.Call(func=ast.Attribute(attr="append"), args=[value]) if (
                    _ratio(value) and "beta" in body.name
                ):
                    if not _bounded(body):
                        yield value, "the last beta of a cosine schedule reaches 1 where the cosine is 0"
                case ast.For(target=ast.Name(id=name)) if quotients := _divided(node, name):
                    if 1.0 in _ends(Values(program, body), node.iter):
                        yield from ((q, f"`{name}` reaches 1, where the denominator is 0") for q in quotients)
                case _:
                    pass


def _schedule(values: Values, name: str, value: ast.expr, body: Body) -> str:
    ends = _ends(values, value)
    if ends and _BETAS.search(name) and 1.0 in ends:
        return f"`{name}` reaches 1: the product of 1 - beta is 0 from there on"
    if ends and _ALPHAS.search(name) and 0.0 in ends:
        return f"`{name}` reaches 0: its inverse root is infinite"
    if _BETAS.search(name) and _ratio(value) and not _bounded(body):
        return f"`{name}` of a cosine schedule reaches 1 where the cosine is 0"
    return ""


def _ends(values: Values, node: ast.expr) -> tuple[float, ...]:
    """First and last point of a `linspace` that holds both."""
    match values.of(node):
        case ast.Call(func=function, args=[first, last, *_], keywords=keywords) if dotted(function).endswith(
            "linspace"
        ):
            if any(k.arg == "endpoint" for k in keywords):
                return ()
            found = (values.number(first), values.number(last))
            return tuple(f for f in found if f is not None)
        case _:
            return ()


def _ratio(value: ast.expr) -> bool:
    """`1 - f[1:] / f[:-1]`, or of a function."""
    match value:
        case ast.BinOp(
            left=ast.Constant(value=1 | 1.0),
            op=ast.Sub(),
            right=ast.BinOp(left=ast.Subscript(value=a), op=ast.Div(), right=ast.Subscript(value=b)),
        ):
            return dotted(a) == dotted(b) != ""
        case ast.BinOp(
            left=ast.Constant(value=1 | 1.0),
            op=ast.Sub(),
            right=ast.BinOp(left=ast.Call(func=a), op=ast.Div(), right=ast.Call(func=b)),
        ):
            return dotted(a) == dotted(b) != ""
        case _:
            return False


def _bounded(body: Body) -> bool:
    """Whether the function clips anything, or has no cosine in it."""
    text = ast.unparse(body.node)
    return bool(_CLIPPED.search(text)) or "cos(" not in text


def _divided(loop: ast.For, name: str) -> list[ast.AST]:
    """Quotients of a loop by `1 - name`; none where something in it is asked first."""
    found: list[ast.AST] = []
    if any(isinstance(n, ast.If) for n in loop.body):
        return found
    for node in (n for s in loop.body for n in walk(s)):
        match node:
            case ast.BinOp(
                op=ast.Div(),
                right=ast.BinOp(left=ast.Constant(value=1 | 1.0), op=ast.Sub(), right=ast.Name(id=other)),
            ) if other == name:
                found.append(node)
            case _:
                pass
    return found
