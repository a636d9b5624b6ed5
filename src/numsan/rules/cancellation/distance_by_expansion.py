r"""## What it does

Finds squared distances computed as $|a|^2 + |b|^2 - 2a\cdot b$.

## Why it is bad

Three numbers near $|a|^2$ cancel: the result has an absolute error of $\epsilon|a|^2$, so two points closer
than $\sqrt\epsilon|a|$ (3.5e-4 of their length in float32, 3e-2 in float16) get a random distance, often a
negative one, whose root is `nan`.

## Fix safety

Unsafe: `torch.cdist(a, b) ** 2` is the same quantity, but may use another algorithm and more memory; pass
`compute_mode="donot_use_mm_for_euclid_dist"` for the direct differences.

## References

- https://github.com/pytorch/pytorch/issues/42479
- https://docs.pytorch.org/docs/stable/generated/torch.cdist.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.expansions import expansion
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, source, stats

rule = Rule(
    code="NS209",
    name="distance-by-expansion",
    kind="cancellation",
    mended_by_clamp=True,
    mended_by_ranking=True,
    title="|a|^2 + |b|^2 - 2ab cancels for points that are close together",
    advice="use torch.cdist, or clamp before the root: (a2 + b2 - 2 * a @ b.T).clamp(min=0)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.linspace(99.0, 101.0, 6).reshape(2, 3)\nb = a + 1e-3",
            bad="y = (a**2).sum(1, keepdim=True) + (b**2).sum(1) - 2 * a @ b.T",
            good='y = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** 2',
            silent=(
                "y = (a**2).sum(1, keepdim=True) + (b**2).sum(1)",
                "d = (a**2).sum(1, keepdim=True) + (b**2).sum(1) - 2 * a @ b.T\ny = d.clamp(min=0)",
            ),
            wrong_by=10.0,
            right_to=0.01,
        ),
        Example(
            given="a = torch.linspace(99.0, 101.0, 6).reshape(2, 3)\nb = a + 1e-3",
            bad="y = -2 * torch.matmul(a, b.T) + (a * a).sum(1)[:, None] + (b * b).sum(1)",
            good='y = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** 2',
            wrong_by=10.0,
            right_to=0.01,
            run=False,
        ),
    ),
)


@rule.matches("sub", "add")
def expanded(op: Op) -> Bindings | None:
    found = expansion(op, products=True)
    return None if found is None else {"a": found[0], "b": found[1], "norms": found[2], "out": op}


@rule.bites_when
def cancelled(a: Any, b: Any, norms: Any, out: Any) -> str | None:
    form, size, seen = format_of(out), most(norms), stats(out)
    if form is None or size is None or seen is None:
        return None
    nearest = 0.0 if seen.zeros else seen.tiny or 0.0
    if nearest > form.eps * size:
        return None
    lengths = f"squared lengths of `{source(a)}` and `{source(b)}` reach {size:.4g}"
    return f"{lengths}, a squared distance of {nearest:.4g} is rounding error in {form.name}"
