r"""## What it does

Finds a hand-written `backward` that divides by a root or a norm as it was saved, without a word about 0.

## Why it is bad

The derivative of $\sqrt x$ is $1/(2\sqrt x)$ and that of $|x|$ is $x/|x|$: at 0 the first is `inf`, which the next zero
factor turns into `nan`, the second 0/0, in every format (in float16 already below 6e-8, which rounds to 0). Operations
that were written for such points return a subgradient, 0, as `torch.linalg.vector_norm` does; a custom
`backward` is usually written to do better than autograd, and has to choose there, too.

## Fix safety

No automatic fix: which value stands at the edge is a decision.

## References

- https://docs.pytorch.org/docs/stable/notes/extending.html
- https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted
from numsan.core.rule import Example, Rule
from numsan.core.single import assigned
from numsan.core.syntax import walk

_FORWARD = (
    "class Length(torch.autograd.Function):\n"
    "    @staticmethod\n"
    "    def forward(ctx, x):\n"
    "        n = x.norm()\n"
    "        ctx.save_for_backward(x, n)\n"
    "        return n\n"
    "    @staticmethod\n"
    "    def backward(ctx, g):\n"
    "        x, n = ctx.saved_tensors\n"
)

rule = Rule(
    code="NS412",
    name="unguarded-custom-backward",
    kind="domain",
    severity="warning",
    phase="backward",
    title="a hand-written backward divides by a root or norm that can be 0",
    advice="choose the value at 0: torch.where(n > 0, g * x / n.clamp(min=1e-12), 0)",
    doc=__doc__,
    examples=(
        Example(
            given="v = torch.zeros(3, requires_grad=True)",
            bad=_FORWARD + "        return g * x / n\ny = Length.apply(v)",
            good=_FORWARD + "        return g * x / n.clamp(min=1e-12)\ny = Length.apply(v)",
            silent=(
                _FORWARD + "        n = n.clamp(min=1e-12)\n        return g * x / n\ny = Length.apply(v)",
                _FORWARD.replace("x.norm()", "x.exp()") + "        return g / n\ny = Length.apply(v)",
            ),
            run=False,
        ),
    ),
)

_ROOTS = ("sqrt", "norm", "vector_norm", "cdist", "hypot")
_GUARDS = re.compile(
    r"where|clamp|clip|eps|tiny|maximum|nan_to_num|masked_fill|isfinite|\[[^\]]*[<>=]|[<>=]= ?0|[<>] ?0|\d[eE]-\d"
)


@rule.scans("saved_tensors", "save_for_backward")
def divides(program: Program) -> Iterator[tuple[ast.AST, str]]:
    bodies = {id(body.node): body for body in program.bodies}
    for node in program.nodes:
        if not isinstance(node, ast.ClassDef):
            continue
        if not any(dotted(base).rpartition(".")[2] == "Function" for base in node.bases):
            continue
        parts = {f.name: bodies[id(f)] for f in node.body if isinstance(f, ast.FunctionDef)}
        if "forward" in parts and "backward" in parts:
            yield from _found(parts["forward"], parts["backward"])


def _found(forward: Body, backward: Body) -> Iterator[tuple[ast.AST, str]]:
    if _GUARDS.search(ast.unparse(backward.node)) or _GUARDS.search(ast.unparse(forward.node)):
        return
    saved = _saved(forward, backward)
    for node in backward.nodes:
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
            continue
        roots = [n for n in walk(node.right) if isinstance(n, ast.Name) and saved.get(n.id)]
        taken = [n for n in walk(node.right) if isinstance(n, ast.Call) and _root(n)]
        if (roots or any(_of_saved(t, saved) for t in taken)) and not _added(node.right):
            yield node, f"`{ast.unparse(node.right)}` is 0 at the edge, and the gradient `inf` or `nan`"


def _saved(forward: Body, backward: Body) -> dict[str, bool]:
    """Names that `backward` takes from the context, and whether `forward` made them by a root or a norm."""
    made = assigned(forward)
    kept = next((c.node.args for c in forward.methods("save_for_backward")), list[ast.expr]())
    found: dict[str, bool] = {}
    for node in backward.nodes:
        if isinstance(node, ast.Assign) and dotted(node.value).endswith("saved_tensors"):
            target = node.targets[0]
            names = target.elts if isinstance(target, ast.Tuple | ast.List) else []
            for name, value in zip(names, kept, strict=False):
                maker = made.get(dotted(value))
                found[dotted(name)] = isinstance(maker, ast.Call) and _root(maker)
    return found


def _root(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
    return name in _ROOTS


def _of_saved(call: ast.Call, saved: dict[str, bool]) -> bool:
    return any(isinstance(n, ast.Name) and n.id in saved for n in walk(call))


def _added(node: ast.expr) -> bool:
    """A sum in the denominator may keep it off 0."""
    return any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add) for n in walk(node))
