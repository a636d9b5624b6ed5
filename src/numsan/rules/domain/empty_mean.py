r"""## What it does

Finds the mean of a selection, `x[mask].mean()`.

## Why it is bad

A mean over no element is $0/0$ = `nan` in every format. `torch.var` and `torch.std` do the same.

## Fix safety

Unsafe: an empty selection gives 0 instead of `nan`.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.mean.html
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import BOOL
from numsan.core.made import maker
from numsan.core.op import Leaf, Op, leaves
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, count, peel, same, source
from numsan.core.zero import PADDING

CLUSTER = re.compile(r"assign|cluster|centroid|nearest|closest|bucket", re.I)  # of which some can be empty

# averages over all of their terms
LOSSES = (
    *("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "nll_loss", "cross_entropy"),
    *("binary_cross_entropy", "binary_cross_entropy_with_logits"),
)

rule = Rule(
    code="NS304",
    averaged=True,
    name="mean-of-empty-selection",
    kind="domain",
    title="the mean of a selection is nan when nothing is selected",
    advice="bound the count, x[mask].sum() / mask.sum().clamp(min=1), or skip the empty case",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1.0, 2.0], requires_grad=True)\nmask = torch.tensor([False, False])",
            bad="y = x[mask].mean()",
            good="y = x[mask].sum() / max(x[mask].numel(), 1)",
            silent=("if mask.any():\n    y = x[mask].mean()", "y = x[0].mean()", "y = x[mask].sum()"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([1.0, 2.0], requires_grad=True)",
            bad="y = torch.mean(x[x > 5])",
            good="y = x[x > 5].sum() / max(x[x > 5].numel(), 1)",
        ),
        Example(
            given="x = torch.tensor([1.0], requires_grad=True)\nd = torch.tensor([0.0])",
            bad="valid = d > 0\ny = torch.nn.functional.l1_loss(x[valid], d[valid])",
            good=(
                "valid = d > 0\n"
                "y = torch.nn.functional.l1_loss(x[valid], d[valid], reduction='sum') / valid.sum().clamp(min=1)"
            ),
            silent=("y = torch.nn.functional.l1_loss(x[d > 0], d[d > 0], reduction='none')",),
            run=False,
        ),
    ),
)


@rule.matches("mean", *LOSSES)
def of_a_selection(op: Op) -> Bindings | None:
    match op:
        case Op(name, (Op("index", (x, mask)) as selected, Op("index", (_, other)), *_)) if name in LOSSES:
            return {"x": x, "mask": mask, "selected": selected, "out": op} if same(mask, other) else None
        case Op(name, (Op("index", (x, Op(test) as mask)) as selected, *_)) if (
            name in LOSSES and test in BOOL
        ):
            return {"x": x, "mask": mask, "selected": selected, "out": op}
        case Op("mean", (Op(name) as losses,)) if name in LOSSES and (
            chosen := next((a for a in losses.args[:2] if isinstance(a, Op) and a.name == "index"), None)
        ):
            return {"x": chosen.args[0], "mask": chosen.args[1], "selected": chosen, "out": losses}
        case Op("mean", (Op("index", (x, mask)) as selected,)):
            return {"x": x, "mask": mask, "selected": selected, "out": op}
        case Op("mean", (inner,)) if (chosen := _difference(inner)) is not None:
            return {"x": chosen.args[0], "mask": chosen.args[1], "selected": chosen, "out": op}
        case Op("mean", (inner,)) if (pair := _compared(inner)) is not None:
            return {"x": pair[0].args[0], "mask": pair[0].args[1], "selected": pair[0], "out": pair[1]}
        case Op("mean", (Op("index", (x, mask)) as selected, 0)) if any(
            CLUSTER.search(m.text) or maker(m).endswith("argmin") for m in leaves(mask)
        ):
            return {"x": x, "mask": mask, "selected": selected, "out": op}
        case _:
            return None


def _difference(x: Any) -> Op | None:
    """`(depth[valid] - truth[valid]).abs()`: what is averaged is as many as the mask selects."""
    while isinstance(x, Op) and x.name in ("abs", "pow", "sqrt", "view", "to"):
        x = x.args[0]
    match x:
        case Op("sub", (Op("index", (_, mask)) as first, Op("index", (_, other)))) if same(mask, other):
            return first if isinstance(mask, Op | Leaf) else None
        case _:
            return None


def _compared(x: Any) -> tuple[Op, Op] | None:
    """`(pred[mask] == y[mask]).float()`: an accuracy over what is selected."""
    match peel(x):
        case Op("eq" | "ne", (Op("index", (_, mask)) as first, Op("index", (_, other)))) as test:
            return (first, test) if same(mask, other) and isinstance(mask, Op | Leaf) else None
        case _:
            return None


@rule.reachable_when("mask", "selected")
def unguarded(x: Any, mask: Any, selected: Any, out: Op) -> bool | None:
    trimmed = isinstance(mask, Op) and mask.name == "logical_and" and all(_compares(m, x) for m in mask.args)
    padding = all(PADDING.search(m.text) for m in leaves(mask)) and isinstance(mask, Op)
    return None if trimmed or padding or _already_chosen(x, mask) or _occurs(mask) else True


def _occurs(mask: Any) -> bool:
    """`labels == label` for each of the labels that there are."""
    match mask:
        case Op("eq", (of, Leaf(call=("unique", values)))) | Op("eq", (Leaf(call=("unique", values)), of)):
            return same(of, values)
        case _:
            return False


def _compares(test: Any, x: Any) -> bool:
    """Outliers are cut off on both sides, between quantiles of the same values."""
    return isinstance(test, Op) and any(same(peel(a), peel(x)) for a in test.args)


def _already_chosen(x: Any, mask: Any) -> bool:
    """An average over the classes that occur: the others were set to 0 before."""
    if not isinstance(x, Op) or not isinstance(mask, Op):
        return False
    tests = [op.args[0] for op in x.walk() if op.name == "where" and 0 in op.args[1:]]
    return mask.name == "gt" and any(isinstance(t, Op) and t.name == "gt" for t in tests)


@rule.bites_when
def empty(x: Any, mask: Any, selected: Any, out: Op) -> str | None:
    return f"`{source(selected)}` has no element: its mean is 0/0" if count(selected) == 0 else None


@rule.fixed_by
def counted(x: Any, mask: Any, selected: Any, out: Op) -> str | None:
    if out.name in (*LOSSES, "eq", "ne"):
        return None
    return f"{atom(selected)}.sum() / max({atom(selected)}.numel(), 1)"
