r"""## What it does

Finds a vector divided by its own norm.

## Why it is bad

A zero vector (a unit whose weights were pruned, an expert without tokens, a padded embedding) has norm 0:
$0/0$ is `nan` in every format. In float16 the norm of a vector below 2.4e-4 already underflows when it is
computed by squares.

## Fix safety

Safe: `normalize` divides by `max(norm, 1e-12)`, which is the same for every vector longer than that.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.chosen import guarded_vector
from numsan.core.made import drawn, maker
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.shares import without_nothing
from numsan.core.values import atom, peel, same, source, zeros

VANISHING = re.compile(
    r"weight|grad|delta|diff|^direction|moment|update|resid|quat|param|gap|offset|^vectors?$|^query$", re.I
)
WEIGHT = re.compile(r"(^|[._])(w|W|weight\w*)(\.t\(\)|\.m?T)?$")  # of power iterations

rule = Rule(
    code="NS311",
    name="division-by-own-norm",
    kind="domain",
    safe=True,
    title="a zero vector divided by its norm is 0/0",
    advice="use torch.nn.functional.normalize(x, dim=dim), or x / x.norm().clamp(min=1e-12)",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)",
            bad="y = w / w.norm(dim=1, keepdim=True)",
            good="y = torch.nn.functional.normalize(w, dim=1)",
            silent=(
                "y = w / (w.norm(dim=1, keepdim=True) + 1e-12)",
                "y = w / w.norm(dim=1, keepdim=True).clamp(min=1e-12)",
            ),
            right_to=1e-6,
        ),
        Example(
            given="import numpy as np\nX = torch.ones(2, 3).numpy()",
            bad="import numpy as np\nZ = X - X.mean(axis=1, keepdims=True)\n"
            "n = np.sqrt((Z**2).sum(axis=1))\ny = torch.tensor(Z / n[:, None])",
            good="import numpy as np\nZ = X - X.mean(axis=1, keepdims=True)\n"
            "n = np.sqrt((Z**2).sum(axis=1))\ny = torch.tensor(Z / np.maximum(n, 1e-12)[:, None])",
            run=False,
        ),
        Example(
            given="G = torch.zeros(2, 2, requires_grad=True)",
            bad="y = G / G.norm()",
            good="y = G / torch.clamp(G.norm(), min=1e-12)",
        ),
        Example(
            given="v = torch.zeros(1, 3, requires_grad=True)",
            bad="n = torch.linalg.vector_norm(v, dim=-1, keepdim=True)\ny = v / n",
            good="y = torch.nn.functional.normalize(v, dim=-1)",
            fixed="n = torch.linalg.vector_norm(v, dim=-1, keepdim=True)\n"
            "y = torch.nn.functional.normalize(v, dim=-1)",
            silent=("n = torch.linalg.vector_norm(v)\nif n > 0:\n    y = v / n",),
        ),
        Example(
            given="w = torch.zeros(2)\ngrad = torch.zeros(2)",
            bad="g = grad.add(w, alpha=0.1)\ny = g / g.norm()",
            good="g = grad.add(w, alpha=0.1)\ny = g / torch.clamp(g.norm(), min=1e-12)",
            silent=("g = grad.add(w, alpha=0.1)\nif g.norm() > 0:\n    y = g / g.norm()",),
        ),
    ),
)


@rule.matches("div")
def unit(op: Op) -> Bindings | None:
    match op:
        case Op("div", (x, _)) if guarded_vector(x):
            return None
        case Op("div", (x, length)):
            length = without_nothing(length)
            norm = peel(length)
            if _of_tree(_tree(norm), peel(x)):
                return {"x": x, "length": length, "norm": norm}
            if isinstance(norm, Op) and norm.name == "norm" and same(peel(norm.args[0]), peel(x)):
                return {"x": x, "length": length, "norm": norm}
            if isinstance(norm, Op) and norm.name == "sum" and _absolute(norm.args[0], peel(x)):
                return {"x": x, "length": length, "norm": norm}
            if isinstance(norm, Op) and norm.name == "sqrt" and _of_components(norm.args[0], peel(x)):
                return {"x": x, "length": length, "norm": norm}
        case _:
            pass
    return None


def _absolute(terms: Any, x: Any) -> bool:
    """`|x|` under the sum of an L1 norm."""
    held = peel(terms)
    return isinstance(held, Op) and held.name == "abs" and same(peel(held.args[0]), x)


def _tree(norm: Any) -> Any:
    """The arrays that a global norm is of: `norm(stack([norm(p.grad) for p in ps]))`."""
    match norm:
        case Op("global_norm", (tree, *_)):
            return tree
        case Op("norm", (inner, *_)) if isinstance(each := peel(inner), Op) and each.name == "norm":
            return peel(each.args[0])
        case _:
            return None


def _of_tree(tree: Any, x: Any) -> bool:
    """`tree.map(lambda g: g / norm, grads)`: one array of those that the norm is of."""
    return isinstance(tree, Leaf) and isinstance(x, Leaf) and _may_vanish(tree) and _may_vanish(x)


def _of_components(x: Any, vector: Any) -> bool:
    """`v[0]**2 + v[1]**2` of this vector."""
    match x:
        case Op("sum", (Op("pow", (of, 2 | 2.0)), *_)):
            return same(peel(of), vector)
        case Op("add", (a, b)):
            return _of_components(a, vector) and _of_components(b, vector)
        case Op("pow", (c, 2 | 2.0)):
            return _component(c, vector)
        case Op("mul", (c, other)):
            return same(c, other) and _component(c, vector)
        case _:
            return False


def _component(c: Any, vector: Any) -> bool:
    if isinstance(c, Leaf) and isinstance(vector, Leaf):
        return c.text.partition("[")[0] == vector.text and "[" in c.text
    return isinstance(c, Op) and c.name == "view" and same(peel(c), vector)


@rule.reachable_when("length")
def unguarded(x: Any, length: Any, norm: Any) -> bool | None:
    """A difference, a weight, a gradient can be zero; the output of a learned projection is not, in practice."""
    held = peel(x)
    if drawn(held):
        return None
    if isinstance(held, Op) and _centred_as_a_whole(held, norm):
        return None
    if isinstance(held, Op) and held.name == "add":
        return True if all(isinstance(a, Leaf) and _may_vanish(a) for a in held.args[:2]) else None
    if isinstance(held, Op) and held.name == "matmul":
        return (
            True if any(isinstance(f := peel(a), Leaf) and WEIGHT.search(f.text) for a in held.args) else None
        )
    if isinstance(held, Op):
        return True if held.name in ("sub", "relu", "mul", "masked_fill", "where", "grad") else None
    return True if _may_vanish(held) or maker(held).endswith("cross") else None


def _may_vanish(x: Leaf) -> bool:
    """Weights, gradients, steps, differences by their names, and vectors that are only a letter."""
    name = x.text.rpartition(".")[2].partition("[")[0]
    return x.call is None and (len(name) <= 2 or bool(VANISHING.search(name)))


def _centred_as_a_whole(x: Op, norm: Op) -> bool:
    """`x - x.mean(1)` over its points and coordinates together is 0 only where all points are one."""
    match x:
        case Op("sub", (of, Op("mean", (inner, *_)))) if same(of, inner):
            summed = norm.args[0] if norm.name == "sqrt" and isinstance(norm.args[0], Op) else norm
            at = 1 if summed is not norm else 2
            return len(summed.args) <= at or not isinstance(summed.args[at], int)
        case _:
            return False


@rule.bites_when
def zero_length(x: Any, length: Any, norm: Any) -> str | None:
    return f"`{source(length)}` is 0: `{source(x)}` holds a zero vector, 0/0 = nan" if zeros(norm) else None


@rule.fixed_by
def normalised(x: Any, length: Any, norm: Op) -> str | None:
    match norm:
        case Op("norm", (_, 2 | 2.0, int() as dim, True)) if length is norm:
            return f"torch.nn.functional.normalize({source(x)}, dim={dim})"
        case _:
            return f"{atom(x)} / torch.clamp({source(length)}, min=1e-12)"
