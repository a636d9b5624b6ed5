r"""## What it does

Finds a division whose denominator can be exactly zero: a count, the sum of a mask, a norm, a range, a
standard deviation.

## Why it is bad

$a/0 = \pm\infty$ and $0/0$ is `nan`, in every format; a clamp after the division keeps the `nan`. In
float16 a denominator below 3e-8 rounds to 0, in float32 below 7e-46.

## Fix safety

Unsafe: a denominator below 1e-12 becomes 1e-12.

## References

- IEEE 754-2019, section 7.3, https://doi.org/10.1109/IEEESTD.2019.8766229
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import interval
from numsan.core.made import gridded
from numsan.core.op import Leaf, Op, leaves
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, clean, number, peel, same, source, zeros
from numsan.core.zero import reaches_zero

EMBEDDED = re.compile(r"embed|feature|hidden|output|proj|query|key", re.I)  # of a learned projection
COUNTED = re.compile(r"(^|[._])(tp|fp|fn|tn|(true|false)_(pos|neg)\w*|hits|misses)s?($|[._\[])", re.I)

MOMENT = re.compile(r"(^|[._])(exp_avg_sq|square_avg|second_moment|v_hat|sum_sq|acc_grad)")
PHASE = re.compile(r"(^|[._])(decay|warm_?up)_(steps|epochs|iters|iterations|updates)$")
LIKELIHOOD = re.compile(r"emission|likelihood|posterior|joint|evidence|trans(ition|mat)|belief", re.I)
WORD = re.compile(r"[A-Za-z_]\w*")
SENSED = re.compile(r"(^|[._])(depth|disp|disparity)(_(gt|map|est|pred))?$")
LABELS = re.compile(
    r"(^|[._])(adj(acency)?(_mat(rix)?)?|y_true|gt_\w+|labels?|targs?|targets?|events?|censor\w*|positives?|pos)$",
    re.I,
)

rule = Rule(
    code="NS302",
    name="division-by-zero",
    kind="domain",
    generic=True,
    title="the denominator can be exactly zero",
    advice="bound the denominator, a / b.clamp(min=1e-12) (min=1 for a count), or skip the empty case",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.tensor([0.0, 0.0])\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nm = w > 0",
            bad="y = x.sum() / (w > 0).sum()",
            good="y = x.sum() / torch.clamp((w > 0).sum(), min=1e-12)",
            silent=(
                "y = x.sum() / (w > 0).sum().clamp(min=1)",
                "n = (w > 0).sum()\nif n > 0:\n    y = x.sum() / n",
                "y = x.sum() / max((w > 0).sum(), 1)",
                "y = x.sum() / ((w > 0).sum() + 1e-6)",
            ),
        ),
        Example(
            given="x = torch.tensor([2.0, 2.0], requires_grad=True)",
            bad="y = x / (x.max() - x.min())",
            good="y = x / (x.max() - x.min()).clamp(min=1e-12)",
            fixed="y = x / torch.clamp(x.max() - x.min(), min=1e-12)",
        ),
        Example(
            given="a = torch.zeros(2)\nb = torch.zeros(2)\nx = (a * b).sum()",
            bad="y = x / (a.sum() + b.sum() - x)",
            good="y = x / (a.sum() + b.sum() - x).clamp(min=1e-12)",
            fixed="y = x / torch.clamp(a.sum() + b.sum() - x, min=1e-12)",
            silent=("y = x / (a.sum() + b.sum() - x + 1e-6)", "y = x / (1 - x).clamp(min=1e-6)"),
        ),
        Example(
            given="a = torch.zeros(2)\nb = torch.zeros(2)",
            bad="y = 2 * (a * b).sum() / (a.sum() + b.sum())",
            good="y = 2 * (a * b).sum() / (a.sum() + b.sum()).clamp(min=1e-12)",
        ),
        Example(
            given="s = torch.tensor([1.0, 2.0])",
            bad="y = 1 / (s.unsqueeze(-1) - s.unsqueeze(-2))",
            good="y = 1 / (s.unsqueeze(-1) - s.unsqueeze(-2) + 10.0)",
        ),
        Example(
            given="a = torch.tensor([0.0, 2.0])\nb = torch.tensor([0.0, 2.0])",
            bad="y = a / b",
            good="y = a / b.clamp(min=1e-12)",
            static=False,
        ),
    ),
)


@rule.matches("div")
def quotient(op: Op) -> Bindings | None:
    match op:
        case Op("div", (a, b)) if not number(b):
            return {"a": a, "b": b}
        case _:
            return None


@rule.reachable_when("b")
def can_be_zero(a: Any, b: Any) -> bool | None:
    below = peel(b)
    if _of_moment(below) or (number(a) and isinstance(below, Op) and below.name in ("std", "var")):
        return True
    if isinstance(below, Leaf) and (_sensed(a, below) or PHASE.search(below.text)):
        return True
    if isinstance(below, Leaf) or _never_in_practice(a, below) or gridded(below) or gridded(a):
        return None
    known = reaches_zero(b)
    if known is not None:
        return known
    return (
        overlap(a, b)
        or _product_of_counts(below)
        or counted(a, b)
        or _own_maximum(a, below)
        or _of_labels(below)
        or _own_sum(a, below)
    )


def _sensed(a: Any, below: Leaf) -> bool:
    """`scale / depth`: a pixel that no sensor has seen is 0."""
    constant = number(a) or (isinstance(a, Leaf) and a.default is not None)
    return constant and bool(SENSED.search(below.text))


def _of_moment(below: Any) -> bool:
    """`grad / exp_avg_sq.sqrt()` without an epsilon: a weight that has had no gradient yet."""
    match below:
        case Op("sqrt", (of,)):
            return any(MOMENT.search(name) for name in _leaves(of))
        case _:
            return False


def _own_sum(a: Any, below: Any) -> bool | None:
    """A product of likelihoods that is normalised: all of them may have vanished."""
    match peel(a), below:
        case Op("mul", _) as product, Op("sum", (of, *_)):
            return (
                True
                if same(peel(of), product) and any(LIKELIHOOD.search(n) for n in _leaves(product))
                else None
            )
        case _:
            return None


def _of_labels(below: Any) -> bool | None:
    """The number of positives of a batch, of neighbours of a node."""
    match below:
        case Op("sum", (of, *_)) if isinstance(held := peel(of), Leaf):
            return True if LABELS.search(held.text) else None
        case _:
            return None


def _own_maximum(a: Any, below: Any) -> bool | None:
    """`x / x.max()` of an image that is black everywhere."""
    match below:
        case Op("amax", (Op("abs", (of,)),)) | Op("amax", (of, *_)) if isinstance(peel(of), Leaf):
            return True if _leaves(of) & _leaves(a) else None
        case _:
            return None


def _never_in_practice(a: Any, below: Any) -> bool:
    """Whole softmax or sigmoid outputs only underflow; the spread of another tensor is not 0; a dropout rate is not 1."""
    match _multiple(below):
        case Op("softmax" | "sigmoid" | "safe_softmax", _):
            return True
        case Op("std" | "var", (of, *rest)):
            centred = isinstance(peel(a), Op) and peel(a).name in ("sub", "pow")
            whole = not rest and isinstance(of, Leaf)  # one number for all, perhaps of other data
            return not (centred and _leaves(of) & _leaves(peel(a) if not whole else _first(peel(a))))
        case Op("norm", (of, *_)):
            above = peel(a)  # division-by-own-norm knows more about one vector; two lengths are a trust ratio
            scaled = (
                isinstance(above, Op)
                and above.name == "mul"
                and any(same(peel(f), peel(of)) for f in above.args)
            )
            return not scaled and not (isinstance(above, Op) and above.name == "norm")
        case Op("sqrt", (Op("sum", (Op("pow" | "mul", (of, *_)), *_)),)):
            return same(peel(of), peel(a)) or all(EMBEDDED.search(name) for name in _leaves(of))
        case Op("sum", (of, *_)):
            return any("patch" in name for name in _leaves(of))
        case Op("sub", (1 | 1.0, Leaf() as p)):
            return not same(peel(a), p)
        case _:
            return False


def _first(x: Any) -> Any:
    """`x` of `(x - m) ** 2`."""
    while isinstance(x, Op) and x.name in ("sub", "pow", "view", "to"):
        x = x.args[0]
    return x


def _leaves(x: Any) -> set[str]:
    return {leaf.text.partition("[")[0] for leaf in leaves(x)}


def overlap(a: Any, b: Any) -> bool | None:
    """Intersection over union of nothing: `i / (a + b - i)`, `2 * i / (a.sum() + b.sum())`."""
    part = peel(a)
    match peel(b):
        case Op("sub", (total, Op() | Leaf() as taken)) if same(peel(taken), part) and not number(total):
            if any(interval(t)[0] > 0 for t in _terms(total)):
                return None
            return True if source(taken) == source(a) or (isinstance(a, Op) and a is taken) else None
        case Op("add", (Op() as first, Op() as second)) if _sum(first) and _sum(second) and _twice(part):
            return True
        case Op("sum", (Op("add", _), *_)) if _twice(part):
            return True
        case _:
            return None


def _sum(x: Op) -> bool:
    held = peel(x)
    return isinstance(held, Op) and held.name == "sum"


def _twice(x: Any) -> bool:
    return isinstance(x, Op) and x.name == "mul" and (2 in x.args[:1] or 2 in x.args[1:])


def counted(a: Any, b: Any) -> bool | None:
    """Precision and recall without a positive: `tp / (tp + fp)`."""
    terms = list(_terms(b))
    if len(terms) < 2 or not any(same(t, _multiple(a)) for t in terms):
        return None
    return True if all(COUNTED.search(source(t)) or _counts(t) for t in terms) else None


def _product_of_counts(x: Any) -> bool | None:
    """`sqrt((tp + fp) * (tp + fn) * ...)`: no positives at all."""
    match x:
        case Op("sqrt" | "view", (inner, *_)):
            return _product_of_counts(inner)
        case Op("mul", factors):
            return True if any(_product_of_counts(f) or _of_counts(f) for f in factors) else None
        case _:
            return None


def _of_counts(x: Any) -> bool:
    words = WORD.findall(source(x)) if isinstance(x, Op | Leaf) else []
    return len(words) > 1 and all(COUNTED.search(w) for w in words)


def _terms(x: Any) -> Iterator[Any]:
    held = _multiple(x)
    if isinstance(held, Op) and held.name == "add" and len(held.args) == 2:
        yield from _terms(held.args[0])
        yield from _terms(held.args[1])
    else:
        yield held


def _multiple(x: Any) -> Any:
    """What is left of `2 * x`."""
    held = peel(x)
    match held:
        case Op("mul", (c, inner)) if number(c):
            return peel(inner)
        case Op("mul", (inner, c)) if number(c):
            return peel(inner)
        case _:
            return held


def _counts(x: Any) -> bool:
    return isinstance(x, Op) and x.name == "sum" and reaches_zero(x) is True


@rule.bites_when
def is_zero(a: Any, b: Any) -> str | None:
    n = zeros(b)
    if not n or not clean(b) or not clean(a):
        return None
    what = "0 / 0 = nan" if zeros(a) else "division by 0 = inf"
    return f"`{source(b)}` is exactly 0 in {n} element{'s' if n > 1 else ''}: {what}"


@rule.fixed_by
def bounded(a: Any, b: Any) -> str | None:
    difference = (
        isinstance(b, Op) and b.name == "sub" and isinstance(b.args[0], Op) and b.args[0].name == "amax"
    )
    if interval(b)[0] < 0 and not difference:
        return None
    return f"{atom(a)} / torch.clamp({source(b)}, min=1e-12)"
