r"""## What it does

Finds a softmax over scores in which masked positions are set to `-inf`.

## Why it is bad

A row in which every position is masked (left padding under a causal mask, an empty neighbourhood) is all
`-inf`: $e^{-\infty - (-\infty)}$ is `nan`, in every format, and the next layer spreads it to all positions.
A mask of `+inf`, a sign written twice, needs one masked position only.

## Fix safety

Unsafe: with the smallest finite number a fully masked row becomes uniform instead of `nan`; other rows stay
the same.

## References

- https://github.com/pytorch/pytorch/issues/41508
- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.bounds import MASKISH
from numsan.core.made import gridded, made_elsewhere, maker
from numsan.core.op import Op, leaves
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, nans, number, peel, same, source, stats

CAUSAL = re.compile(r"tril|triu|causal|self\.bias|future|thresh|top_?k|topk", re.I)
ROW = re.compile(r"\b(any|all|eye|identity|diag\w*|fill_diagonal)\(")
_INFINITE = (-math.inf, math.inf)
_ORDER = ("lt", "le", "gt", "ge")

rule = Rule(
    code="NS306",
    name="fully-masked-softmax",
    kind="domain",
    title="softmax of a row that is masked everywhere is nan",
    advice="mask with torch.finfo(scores.dtype).min instead of -inf, or keep one position per row",
    doc=__doc__,
    examples=(
        Example(
            given="s = torch.zeros(2, 2, requires_grad=True)\npad = torch.tensor([[1, 1], [0, 1]]).bool()",
            bad="y = torch.softmax(s.masked_fill(pad, float('-inf')), -1)",
            good="y = torch.softmax(s.masked_fill(pad, torch.finfo(s.dtype).min), -1)",
            silent=("y = torch.softmax(s.masked_fill(pad, -1e4), -1)", "y = torch.softmax(s, -1)"),
            right_to=1e-6,
        ),
        Example(
            given="s = torch.zeros(2, 2)\nfuture = torch.ones(2, 2).triu(1).bool()",
            bad="y = torch.softmax(s.masked_fill(future, -float('-inf')), -1)",
            good="y = torch.softmax(s.masked_fill(future, torch.finfo(s.dtype).min), -1)",
            silent=("y = torch.softmax(s.masked_fill(future, float('-inf')), -1)",),
        ),
        Example(
            given="s = torch.zeros(2, 2)\nvisible = torch.tensor([[False, False], [False, True]])",
            bad="y = torch.softmax(torch.where(visible, s, -torch.inf), dim=-1)",
            good="y = torch.softmax(torch.where(visible, s, torch.finfo(s.dtype).min), dim=-1)",
            fixed="y = torch.softmax(s.masked_fill(~(visible), torch.finfo(s.dtype).min), -1)",
        ),
        Example(
            given="s = torch.zeros(2, 2)\nmask = torch.tensor([[0.0, 0.0], [0.0, 1.0]])",
            bad="y = torch.softmax(s + mask.log(), dim=-1)",
            good="y = torch.softmax(s + (mask + 1e-30).log(), dim=-1)",
            run=False,
        ),
    ),
)


@rule.matches("softmax", "log_softmax", "exp")
def of_masked(op: Op) -> Bindings | None:
    masked = peel(op.args[0])
    if op.name == "exp":
        masked = _below_own_maximum(masked)
    dim = op.args[1] if len(op.args) > 1 else None
    found: Bindings = {"dim": dim if op.name != "exp" else None, "name": op.name, "masked": masked, "out": op}
    match masked:
        case Op("masked_fill", (x, mask, value)) if value in _INFINITE:
            return {**found, "x": x, "mask": mask, "keeps": False}
        case Op("where", (mask, x, value)) if value in _INFINITE:
            return {**found, "x": x, "mask": mask, "keeps": True}
        case Op("add", (x, Op("log", (mask,)))) if MASKISH.search(source(mask)) and _whole(mask):
            return {**found, "x": None, "mask": mask, "keeps": True}
        case Op("add", (x, y)) if (bias := _bias(y) or _bias(x)) is not None:
            return {**found, "x": None, "mask": bias, "keeps": False}
        case _ if stats(masked) is not None and op.name != "exp":
            return {**found, "x": None, "mask": None, "keeps": False}
        case _:
            return None


def _below_own_maximum(x: Any) -> Any:
    """The scores of `exp(s - s.max())`, also beside a maximum that is kept from block to block."""
    match x:
        case Op("sub", (scores, largest)):
            held = peel(largest)
            ends = held.args if isinstance(held, Op) and held.name == "maximum" else (held,)
            tops = [e for e in map(peel, ends) if isinstance(e, Op) and e.name == "amax"]
            return peel(scores) if any(same(peel(t.args[0]), peel(scores)) for t in tops) else None
        case _:
            return None


def _bias(x: Any) -> Any:
    """The mask of what is added to scores and is -inf where it hides."""
    match peel(x):
        case Op("masked_fill", (_, mask, value)) | Op("where", (mask, _, value)) if value == -math.inf:
            return mask
        case _:
            return None


def _whole(mask: Any) -> bool:
    """Nothing is added to it, so that its logarithm is -inf where it hides."""
    return (
        not any(op.name in ("add", "clamp", "maximum") for op in mask.walk())
        if isinstance(mask, Op)
        else True
    )


@rule.reachable_when("mask")
def not_only_causal(
    x: Any, mask: Any, keeps: bool, dim: Any, name: str, masked: Any, out: Any
) -> bool | None:
    if _put_in(masked):
        return True  # one place is enough
    known = peel(mask, "logical_not")
    if isinstance(known, Op) and known.name in ("eq", "ne") and number(known.args[1]):
        known = peel(known.args[0])  # `mask == 0`
    if made_elsewhere(known) or _shorter(known):
        return None
    if (
        isinstance(known, Op)
        and known.name in _ORDER
        and x is not None
        and any(same(a, x) for a in known.args)
    ):
        return None  # scores below a threshold of their own, as the k largest have
    if isinstance(known, Op) and not any(True for _ in leaves(known)):
        return None  # a triangle of ones
    if _row_kept(known) or (isinstance(mask, Op) and any(CAUSAL.search(source(o)) for o in mask.walk())):
        return None
    return None if CAUSAL.search(f"{source(mask)} {maker(known)}") else True


def _row_kept(mask: Any) -> bool:
    """`keep | ~keep.any(-1, keepdim=True)`, `neighbours | torch.eye(n)`: somebody has seen to it that a row keeps one."""
    return any(ROW.search(f"{leaf.text} {maker(leaf)}(") for leaf in leaves(mask)) or (
        isinstance(mask, Op) and any(ROW.search(source(op)) for op in mask.walk())
    )


def _put_in(masked: Any) -> bool:
    """Whether the mask is one of +inf."""
    return isinstance(masked, Op) and math.inf in masked.args[1:]


def _shorter(mask: Any) -> bool:
    """`arange(n) < lengths`: a sequence has at least one element."""
    match mask:
        case Op("lt" | "le" | "gt" | "ge", (a, b)):
            return gridded(a) != gridded(b)
        case _:
            return False


@rule.bites_when
def row_of_nothing(x: Any, mask: Any, keeps: bool, dim: Any, name: str, masked: Any, out: Any) -> str | None:
    seen = stats(masked)
    if seen is None or not (seen.neginf or seen.posinf) or seen.nan or not nans(out):
        return None
    if seen.posinf and not _put_in(masked):
        return None  # scores that overflowed before
    if seen.posinf:
        return f"`{source(masked)}` holds {seen.posinf} infinities: inf - inf = nan in their rows"
    share = f"{seen.neginf} of {seen.numel} elements"
    return f"`{source(masked)}` has {share} at -inf, a whole row among them: its softmax is nan"


@rule.fixed_by
def finite_mask(x: Any, mask: Any, keeps: bool, dim: Any, name: str, masked: Any, out: Any) -> str | None:
    if x is None or dim is None:
        return None
    hidden = f"~({source(mask)})" if keeps else source(mask)
    return f"torch.{name}({atom(x)}.masked_fill({hidden}, torch.finfo({atom(x)}.dtype).min), {source(dim)})"
