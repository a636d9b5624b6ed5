r"""## What it does

Finds a standard deviation (or variance) that is the output of a linear layer, or a parameter, as it is, and goes into a
logarithm, a root or a distribution: a variational autoencoder that learns $\sigma$ in place of $\log\sigma^2$, a policy
with `self.std = nn.Parameter(...)`.

## Why it is bad

A linear layer has outputs of both signs, at the start of training about half of them negative; a parameter is stepped
below 0 when the gradient points there. Where $\sigma \le 0$, $\log\sigma$ is `nan` or `-inf`, $\log\sigma^2$ has
the derivative $2/\sigma$, unbounded near 0 (2e7 at 1e-7, `inf` in float16 from 3e-5 on), and
`torch.distributions.Normal` raises. In every format. `relu` makes exact zeros of negative numbers, which are as bad.

## Fix safety

No automatic fix: which of the two parametrisations is meant is a decision.

## References

- D. Kingma, M. Welling, *Auto-encoding variational Bayes*, 2014, appendix B, https://arxiv.org/abs/1312.6114
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule

_GIVEN = "torch.manual_seed(0)\nh = torch.randn(8, 4)"

rule = Rule(
    code="NS324",
    name="scale-of-any-sign",
    kind="domain",
    severity="warning",
    title="nothing keeps a standard deviation that is learned above 0",
    advice="std = torch.nn.functional.softplus(raw) + 1e-4, or learn log_var and use exp(0.5 * log_var)",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad=(
                "to_std = torch.nn.Linear(4, 2)\nstd = to_std(h)\n"
                "y = (0.5 * std.pow(2) - torch.log(std)).sum(-1)"
            ),
            good=(
                "to_std = torch.nn.Linear(4, 2)\nstd = torch.nn.functional.softplus(to_std(h)) + 1e-4\n"
                "y = (0.5 * std.pow(2) - torch.log(std)).sum(-1)"
            ),
            silent=(
                "to_std = torch.nn.Linear(4, 2)\nstd = to_std(h).exp()\ny = torch.sqrt(std)",
                "to_std = torch.nn.Linear(4, 2)\nstd = to_std(h)\ny = torch.tanh(std)",
                "to_std = torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Softplus())\nstd = to_std(h)\n"
                "y = torch.distributions.Normal(h, std)",
            ),
            run=False,
        ),
    ),
)

_SCALE = re.compile(r"(^|[._])(sigma|std|stddev|stdev|scale|var|variance)s?\d?$", re.I)
_DEVIATION = re.compile(r"(^|[._])(sigma|std|stddev|stdev)s?$", re.I)
_VIEWS = ("expand_as", "expand", "unsqueeze", "view", "to", "repeat")
_LINEAR = ("Linear", "LazyLinear", "Conv1d", "Conv2d", "Conv3d")
_FAMILIES = ("Normal", "LogNormal", "Laplace", "Cauchy", "Gumbel")
_USED = re.compile(
    r"\b(log|sqrt)\((self\.)?\w*(sigma|std\w*|scale|var|variance) ?(\)|\*\*|\.pow|\.square)"
    r"|Normal\(.*\b(sigma|std\w*|scale)\b|\b(sigma|std\w*|scale|var)\.(pow\(2\)\.|square\(\)\.)?(log|sqrt)\("
)


@rule.scans("(")
def unbounded(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = [n for word in ("log(", "sqrt(", "Normal(") for n in lines_with(program.text, word, _USED)]
    learned = _learned(program) if lines else frozenset[str]()
    for body in program.bodies_at(lines) if lines else ():
        for node in body.nodes if learned else ():
            if name := _given(node, learned):
                yield node, f"`{name}` is a parameter, of any sign once it is trained"
        raw = {name: layer for name, layer in _outputs(body).items() if layer and _linear(program, layer)}
        for node in body.nodes:
            name = _used(node)
            if name in raw:
                yield node, f"`{name}` comes from `{raw[name]}`, whose outputs have any sign"
            elif name.endswith("()") and _SCALE.search(name[:-2]) and _linear(program, name[:-2]):
                yield node, f"`{name[:-2]}` has outputs of any sign"


def _learned(program: Program) -> frozenset[str]:
    """Scales that are parameters: `self.std = nn.Parameter(torch.ones(n))`."""
    if "Parameter(" not in program.text:
        return frozenset()
    return frozenset(
        dotted(node.targets[0])
        for node in program.nodes
        if isinstance(node, ast.Assign)
        and _DEVIATION.search(dotted(node.targets[0]))
        and any(
            isinstance(n, ast.Call) and dotted(n.func).endswith("Parameter") for n in ast.walk(node.value)
        )
    )


def _given(node: ast.AST, learned: frozenset[str]) -> str:
    """The learned scale that a distribution is given as it is, or after sums and products."""
    scale = _scale_of(node) if isinstance(node, ast.Call) else None
    while isinstance(scale, ast.BinOp) and isinstance(scale.op, ast.Add | ast.Mult):
        scale = scale.right
    while isinstance(scale, ast.Call) and isinstance(scale.func, ast.Attribute) and scale.func.attr in _VIEWS:
        scale = scale.func.value
    name = dotted(scale) if scale is not None else ""
    return name if name in learned else ""


def _linear(program: Program, layer: str) -> bool:
    """Whether a layer of this name (its last part) is a linear one, or a sequence that ends in one."""
    name = layer.rpartition(".")[2]
    if not re.search(rf"\b{name} *= *[\w.]*(Linear|Conv\dd|Sequential|Dense)\(", program.text):
        return False
    for node in program.nodes:
        match node:
            case ast.Assign(targets=[target], value=ast.Call() as made) if (
                dotted(target).rpartition(".")[2] == name
            ):
                last = made.args[-1] if dotted(made.func).endswith("Sequential") and made.args else made
                kind = dotted(last.func).rpartition(".")[2] if isinstance(last, ast.Call) else ""
                return kind in (*_LINEAR, "ReLU") or (
                    kind == "Dense" and isinstance(last, ast.Call) and _bare(last)
                )
            case _:
                pass
    return False


def _bare(dense: ast.Call) -> bool:
    """A layer of keras without an activation."""
    return len(dense.args) < 2 and not any(k.arg == "activation" for k in dense.keywords)


def _outputs(body: Body) -> dict[str, str]:
    """Names of scales and the one call that each is assigned once; empty where it is something else."""
    found: dict[str, str] = {}
    for node in body.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            for target, value in _pairs(node.targets[0], node.value):
                name = dotted(target)
                if _SCALE.search(name):
                    found[name] = "" if name in found else _layer(value)
    return found


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    match target, value:
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
            return list(zip(names, values, strict=True))
        case ast.Tuple(elts=names), ast.Call(
            func=ast.Attribute(attr="chunk" | "split" | "tensor_split", value=made)
        ):
            return [(name, made) for name in names]
        case _:
            return [(target, value)]


def _layer(value: ast.expr) -> str:
    value = _rectified(value)
    match value:
        case ast.Call(func=ast.Name() | ast.Attribute() as function, args=[_]):
            return dotted(function)
        case _:
            return ""


def _rectified(node: ast.expr) -> ast.expr:
    """What is under `relu`, which makes a scale of any sign one that is exactly 0 half of the time."""
    match node:
        case ast.Call(func=ast.Name(id="relu") | ast.Attribute(attr="relu"), args=[inner]):
            return inner
        case ast.Call(func=ast.Attribute(attr="relu", value=inner), args=[]):
            return inner
        case _:
            return node


def _used(node: ast.AST) -> str:
    """The scale whose logarithm or root is taken, or which a distribution is given."""
    if not isinstance(node, ast.Call):
        return ""
    match node:
        case ast.Call(func=ast.Attribute(attr="log" | "sqrt", value=owner), args=args):
            return _of(args[0] if args else owner)
        case _:
            scale = _scale_of(node)
            return dotted(_rectified(scale)) if scale is not None else ""


def _scale_of(call: ast.Call) -> ast.expr | None:
    """What a distribution is given as its scale."""
    if dotted(call.func).split(".")[-1] not in _FAMILIES:
        return None
    named = next((k.value for k in call.keywords if k.arg == "scale"), None)
    return call.args[1] if len(call.args) > 1 else named


def _of(node: ast.expr) -> str:
    """`std`, also squared."""
    match node:
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=2)):
            return dotted(base)
        case ast.Call(func=ast.Attribute(attr="pow" | "square", value=base)):
            return dotted(base)
        case _:
            return dotted(node)
