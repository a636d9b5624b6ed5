r"""## What it does

Finds standardisation by the unbiased standard deviation of a batch that may hold a single element, and the unbiased
variance over the positions of an image.

## Why it is bad

The unbiased estimator divides by $n-1$: for $n = 1$ it is $0/0$ = `nan` in every format, and the epsilon
added to it does not help. The last minibatch of a rollout is the usual place.

## Fix safety

No automatic fix: `correction=0` changes every value by $\sqrt{(n-1)/n}$.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.std.html
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.bounds import BOOL
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import bare, same, source, stats
from numsan.core.zero import is_mask

POOLING = re.compile(r"stat(istic)?s?_?pool", re.I)  # mean and deviation over the frames of a recording
BATCH = re.compile(r"mini_?batch_?(std|stat)|batch_?(std|norm)", re.I)  # over the samples of a batch
# of completions for one prompt
OF_ITS_LENGTH = re.compile(r":\s*[\w.]*len(gth)?s?(\[\w+\])?(\.item\(\))?\]$")  # `x[i, :, :seq_len[i]]`
GROUP = re.compile(r"(self\.)?(num_generations|group_size|num_return_sequences)")
# height and width: one position is left of an image at the end of a convolutional network
_IMAGE = ((2, 3), (-2, -1), (-1, -2))

rule = Rule(
    code="NS305",
    name="std-of-one-element",
    kind="domain",
    title="the unbiased standard deviation of one element is nan",
    advice="use x.std(correction=0), or skip the step when the batch has fewer than two elements",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([1.5], requires_grad=True)",
            bad="y = (a - a.mean()) / (a.std() + 1e-8)",
            good="y = (a - a.mean()) / (a.std(correction=0).detach() + 1e-8)",
            silent=(
                "y = (a - a.mean()) / (a.std(unbiased=False) + 1e-8)",
                "if a.numel() > 1:\n    y = (a - a.mean()) / (a.std() + 1e-8)",
            ),
        ),
        Example(
            given="a = torch.tensor([[1.5], [2.0]])",
            bad="def stats_pool(a):\n    return a.std(dim=-1)\ny = stats_pool(a)",
            good="def stats_pool(a):\n    return a.std(dim=-1, correction=0)\ny = stats_pool(a)",
            silent=("def stats_pool(a):\n    return a.std(-1) if a.size(-1) > 1 else a.mean(-1)",),
        ),
        Example(
            given="x = torch.ones(2, 3, 1, 1)",
            bad="y = torch.var(x, dim=(2, 3), keepdim=True)",
            good="y = torch.var(x, dim=(2, 3), correction=0, keepdim=True)",
            run=False,
        ),
        Example(
            given="a = torch.tensor([[1.5, 2.0]])",
            bad="y = torch.var(a, 0)",
            good="y = torch.var(a, 0, correction=0)",
            static=False,
        ),
    ),
)


@rule.matches("std", "var", "div")
def spread(op: Op) -> Bindings | None:
    match op:
        case Op("div", (Op("sub", (x, _)), below)):
            deviation = below.args[0] if isinstance(below, Op) and below.name == "add" else below
            if isinstance(deviation, Op) and deviation.name == "std" and same(deviation.args[0], x):
                return _binding(deviation, True)
            return None
        case Op("std" | "var"):
            return _binding(op, False)
        case _:
            return None


def _binding(op: Op, standardising: bool) -> Bindings | None:
    x, *rest = op.args
    if len(rest) > 1 and rest[1] != 1:
        return None
    dim = rest[0] if rest else None
    found = GROUP.search(source(x))
    count = Leaf(found[0]) if found else None
    return {"x": x, "dim": dim, "standardising": standardising, "where": op.where, "count": count}


@rule.reachable_when("x", "count")
def over_the_batch(x: Any, dim: Any, standardising: bool, where: Any, count: Any) -> bool | None:
    if dim in _IMAGE:
        return True
    if standardising and dim in (None, 0):
        return True
    if dim is None and _selected(x):
        return True
    if dim in (0, (0,)) and _of_a_class(x):
        return True
    if isinstance(dim, int) and OF_ITS_LENGTH.search(source(x)):
        return True
    if count is not None and isinstance(dim, int):
        return True
    if where is not None and BATCH.search(where.function) and dim in (0, (0,)):
        return True
    return True if where is not None and POOLING.search(where.function) and isinstance(dim, int) else None


def _of_a_class(x: Any) -> bool:
    """`feats[labels == c]`: the samples of one class."""
    match bare(x):
        case Op("index", (_, Op("eq"))):
            return True
        case _:
            return False


def _selected(x: Any) -> bool:
    """`x[mask]`, of which one element may be left, or none."""
    match bare(x):
        case Op("index", (_, Op(name))):
            return name in BOOL and name != "logical_and"  # cut off on both sides
        case Op("index", (_, Leaf() as mask)):
            return is_mask(mask)
        case _:
            return False


@rule.bites_when
def single(x: Any, dim: Any, standardising: bool, where: Any, count: Any) -> str | None:
    seen = stats(x)
    if seen is None:
        return None
    dims = range(len(seen.shape)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    n = math.prod(seen.shape[d] for d in dims)
    return f"`{source(x)}` has {n} element to take the deviation of: 0 / (1 - 1) = nan" if n == 1 else None
