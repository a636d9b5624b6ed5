r"""## What it does

Finds eigenvectors or singular vectors (`eigh`, `eig`, `svd`) that go into a loss, a whitening or an alignment that is
differentiated, without anything that keeps the eigenvalues apart.

## Why it is bad

The derivative of a vector contains $1/(\lambda_i - \lambda_j)$ (for `svd` $1/(\sigma_i^2 - \sigma_j^2)$): infinite for
equal values and `nan` after the chain rule, in every format; in float32 a relative distance of 1e-7 already loses
every digit. Equal values are common where they matter: whitened features, covariances of few samples (zeros, several
times), symmetric point clouds, a matrix that starts as the identity.

## Fix safety

No automatic fix: whether the vectors are needed, or their gradient, is a decision.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.linalg.eigh.html
- M. Kasim, *Derivatives of partial eigendecomposition of a real symmetric matrix for degenerate cases*, 2020,
  https://arxiv.org/abs/2011.04366
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk

rule = Rule(
    code="NS411",
    name="eigenvectors-in-loss",
    kind="domain",
    severity="warning",
    phase="backward",
    title="the gradient of eigenvectors is infinite where two eigenvalues are equal",
    advice="use eigvalsh or svdvals, a Cholesky factor, add distinct numbers to the diagonal, or detach the vectors",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]], requires_grad=True)",
            bad=(
                "values, vectors = torch.linalg.eigh(x.T @ x)\n"
                "loss = ((x @ vectors[:, -1:]) ** 4).sum()\nloss.backward()\ny = loss.detach()"
            ),
            good=(
                "values = torch.linalg.eigvalsh(x.T @ x)\n"
                "loss = (values[-1] ** 2).sum()\nloss.backward()\ny = loss.detach()"
            ),
            silent=(
                "values, vectors = torch.linalg.eigh((x.T @ x).detach())\nloss = (x @ vectors).abs().sum()\nloss.backward()",
                "with torch.no_grad():\n    values, vectors = torch.linalg.eigh(x.T @ x)\n"
                "loss = (x @ vectors).abs().sum()\nloss.backward()",
                "values, vectors = torch.linalg.eigh(x.T @ x)\nloss = values[-1]\nloss.backward()",
            ),
            run=False,
        ),
    ),
)

_VECTORS = {"eigh": (1,), "eig": (1,), "symeig": (1,), "svd": (0, 2)}  # which of the results are vectors
_PURPOSE = re.compile(r"loss|whiten|zca|decorrelat|kabsch|procrustes|superpos|superimpos", re.I)
_APART = re.compile(r"no_grad|inference_mode|jitter|eye\(|noise|rand|perturb|stop_gradient")
_NAMED = (ast.Name, ast.Attribute)
_CUT = r"\.(detach\(|data\b)"


@rule.scans(".")
def used(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not any(name in program.text for name in ("eigh(", "eig(", "svd(")) or not _PURPOSE.search(
        program.text
    ):
        return
    for body in _trained(program):
        text = "\n".join(ast.unparse(s) for s in getattr(body.node, "body", []))
        if not _PURPOSE.search(f"{body.name} {_words(body)}") or _APART.search(text):
            continue
        for node in body.nodes:
            call, names = _decomposition(program, node)
            loaded = {n.id for n in body.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            if call is not None and loaded & set(names) and not _cut(call, names, text):
                shown = ", ".join(f"`{n}`" for n in names if n in loaded)
                yield call, f"the gradient through {shown} divides by differences of eigenvalues"


def _trained(program: Program) -> Iterator[Body]:
    """Functions that are no evaluation and not under `no_grad`; a `forward` is called by the name of its class."""
    owner = {id(f): c.name for c in program.nodes if isinstance(c, ast.ClassDef) for f in walk(c)}
    for body in program.bodies:
        decorators = getattr(body.node, "decorator_list", [])
        if any(re.search("no_grad|inference_mode|jit", ast.unparse(d)) for d in decorators):
            continue
        yield Body(body.node, f"{owner.get(id(body.node), '')} {body.name}", body.nodes, body.functions)


def _words(body: Body) -> str:
    """The names in a function, without its strings."""
    return " ".join(n.id if isinstance(n, ast.Name) else n.attr for n in body.nodes if isinstance(n, _NAMED))


def _cut(call: ast.Call, names: list[str], text: str) -> bool:
    """Whether the graph ends before the decomposition, or behind it."""
    behind = rf"\b({'|'.join(map(re.escape, names))})(\[[^]]*\])?{_CUT}"
    return bool(re.search(_CUT, ast.unparse(call)) or re.search(behind, text))


def _decomposition(program: Program, node: ast.AST) -> tuple[ast.Call | None, list[str]]:
    match node:
        case ast.Assign(
            targets=[ast.Tuple(elts=targets)], value=ast.Call(func=ast.Attribute(attr=name)) as call
        ):
            known = program.qualified(call.func) or ""
            if (
                name in _VECTORS
                and known.startswith(("torch", "jax", "tensorflow"))
                and len(targets) > max(_VECTORS[name])
            ):
                return call, [
                    n for i in _VECTORS[name] if (n := dotted(targets[i])) and not n.startswith("_")
                ]
            return None, []
        case _:
            return None, []
