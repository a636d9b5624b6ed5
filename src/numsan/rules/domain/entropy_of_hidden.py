r"""## What it does

Finds $p \log p$ of a softmax, `logp.exp() * logp`, in a file that hides logits with `-inf`.

## Why it is bad

A logit of `-inf` has $p = 0$ and $\log p = -\infty$, and `0 * -inf = nan`: one banned token makes the entropy of its row,
and the mean over the batch, `nan`, value and gradient, in every format. The limit of $p \log p$ is 0.

## Fix safety

No automatic fix: `torch.special.entr(p)` has the right value; a gradient through `p` needs finite logits.

## References

- https://github.com/huggingface/trl/issues/7221
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule

HIDDEN = re.compile(
    r"(logits?|scores?)\w*(\[[^\n=]*\] *=|\.masked_fill_?\([^\n]*,|[^\n]*\bwhere\([^\n]*,) *"
    r"(float\([\"']-inf|-(math|torch|np|numpy|jnp)\.inf)"
)
SHIFTED = re.compile(r"= *([\w.]+) - .*\b(max|amax)\(")
LOGARITHM = re.compile(r"log_softmax\(")

rule = Rule(
    code="NS330",
    name="entropy-of-hidden-logits",
    kind="domain",
    title="p * log(p) is nan for a logit of -inf",
    advice="use torch.special.entr(p), or keep hidden logits at a finite minimum",
    doc=__doc__,
    examples=(
        Example(
            given="logits = torch.tensor([[1.0, 2.0, 3.0]])",
            bad=(
                "def entropy(x):\n    logps = torch.log_softmax(x, -1)\n    return -(torch.exp(logps) * logps).sum(-1)\n"
                "def ban(logits):\n    logits[..., [0]] = float('-inf')\n    return logits\n"
                "y = entropy(ban(logits))"
            ),
            good=(
                "def entropy(x):\n    return torch.special.entr(torch.softmax(x, -1)).sum(-1)\n"
                "def ban(logits):\n    logits[..., [0]] = float('-inf')\n    return logits\n"
                "y = entropy(ban(logits))"
            ),
            silent=("logps = torch.log_softmax(logits, -1)\ny = -(torch.exp(logps) * logps).sum(-1)",),
            run=False,
        ),
    ),
)


@rule.scans("inf", "log")
def products(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not any(word in program.text for word in ('-inf"', "-inf'", ".inf")):
        return
    hidden = [program.text.count("\n", 0, h.start()) + 1 for h in HIDDEN.finditer(program.text)]
    if not hidden:
        return
    shifted = lines_with(program.text, "max(", SHIFTED)
    for body in program.bodies_at([*lines_with(program.text, "log_softmax", LOGARITHM), *shifted]):
        if any(_inside(body, line) for line in hidden):
            continue  # zero-times-infinity sees what this function hides itself
        made = _made_by(body, "log_softmax"), _made_by(body, "softmax")
        by_hand = _spelled_out(body)
        for node in body.nodes:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
                for p, logp in ((node.left, node.right), (node.right, node.left)):
                    if _same_logits(p, logp, *made) or (dotted(p), dotted(logp)) in by_hand:
                        yield node, f"`{ast.unparse(node)}` is 0 * -inf for a logit that is hidden"


def _inside(body: Body, line: int) -> bool:
    node = body.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return True
    return node.lineno <= line <= (node.end_lineno or line)


def _made_by(body: Body, name: str) -> dict[str, str]:
    """Names that hold a call of this function, and of what."""
    return {
        dotted(target): _argument(node.value)
        for node in body.nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        and dotted(node.value.func).rpartition(".")[2] == name
        for target in node.targets
    }  # fmt: skip


def _spelled_out(body: Body) -> set[tuple[str, str]]:
    """`s = x - x.max()`, `e = s.exp()`, `p = e / e.sum()`: which names are shares of which."""
    found: set[tuple[str, str]] = set()
    logits: set[str] = set()
    shares: dict[str, str] = {}
    for node in body.nodes:
        if not isinstance(node, ast.Assign):
            continue
        name, text = dotted(node.targets[0]), ast.unparse(node.value)
        if SHIFTED.search(f"= {text}"):
            logits.add(name)
        elif of := next(
            (x for x in logits if text in (f"{x}.exp()", f"torch.exp({x})", f"jnp.exp({x})")), ""
        ):
            shares[name] = of
        elif isinstance(node.value, ast.BinOp) and dotted(node.value.left) in shares:
            found.add((name, shares[dotted(node.value.left)]))
    again = Counter(dotted(n.targets[0]) for n in body.nodes if isinstance(n, ast.Assign))
    return {(share, of) for share, of in found if again[of] == 1}


def _argument(call: ast.Call) -> str:
    method = isinstance(call.func, ast.Attribute) and dotted(call.func.value) not in (
        "torch",
        "F",
        "nn.functional",
    )
    return ast.unparse(call.func.value if method and isinstance(call.func, ast.Attribute) else call.args[0])


def _same_logits(p: ast.expr, logp: ast.expr, logarithms: dict[str, str], shares: dict[str, str]) -> bool:
    name = dotted(logp)
    if name not in logarithms:
        return False
    match p:
        case ast.Call(func=ast.Attribute(value=of, attr="exp"), args=args):
            return name in (dotted(of), *map(dotted, args))
        case _:
            return shares.get(dotted(p)) == logarithms[name]
