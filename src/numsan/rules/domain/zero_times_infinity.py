r"""## What it does

Finds a product of a value that can be 0 with one that can be infinite: masking by multiplication, $p \log
p$ at 0, weights masked with `-inf` that no softmax has turned into zeros.

## Why it is bad

$0 \cdot \infty$ is `nan` in every format: a factor 0 does not remove an infinity. $p\log p$ tends to 0 for
$p \to 0$, but `0 * log(0)` is `nan`.

## Fix safety

Safe for $p \log q$: `torch.special.xlogy(p, q)` is the same function, with 0 where $p = 0$.

## References

- https://docs.pytorch.org/docs/stable/special.html#torch.special.xlogy
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.bounds import PROBABILITY, interval
from numsan.core.infinities import both_hidden, multiplied_out, removes
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import infinite, nans, peel, same, source, zeros
from numsan.core.zero import is_mask, reaches_zero

COUNT = re.compile(r"(^|[._])(n|N|k|K|num\w*|count\w*|len\w*|size|x)$")  # `n * log(n)`
CONCENTRATION = re.compile(r"(^|[._])(concentration\w*|alphas?|betas?|conc\w*)$")

rule = Rule(
    code="NS307",
    name="zero-times-infinity",
    kind="domain",
    generic=True,
    safe=True,
    title="a factor 0 does not remove an infinity: 0 * inf is nan",
    advice="use torch.special.xlogy(p, q) for p * log(q), torch.where instead of a product with a mask",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.tensor([0.0, 1.0])",
            bad="y = p * torch.log(p)",
            good="y = torch.special.xlogy(p, p)",
            silent=("y = p * torch.log(p + 1e-9)", "y = p * torch.log(p.clamp(min=1e-9))"),
            right_to=1e-6,
        ),
        Example(
            given="probs = torch.tensor([0.0, 1.0])",
            bad="y = -(probs * probs.log()).sum()",
            good="y = -(torch.special.xlogy(probs, probs)).sum()",
        ),
        Example(
            given="x = torch.tensor([float('inf'), 1.0])",
            bad="y = x.isfinite() * x",
            good="y = torch.where(x.isfinite(), x, 0.0)",
            silent=("y = x.isfinite().sum() * 2.0",),
            run=False,
        ),
        Example(
            given="w = torch.eye(2)\nm = torch.eye(2).bool()\nv = torch.eye(2)",
            bad="y = w.masked_fill(m, float('-inf')) @ v",
            good="y = w.masked_fill(m, 0.0) @ v",
            silent=("y = torch.softmax(w.masked_fill(m, -1e4), -1) @ v",),
            run=False,
        ),
        Example(
            given="x = torch.tensor([[1.0, 2.0]])\nkth = x.topk(1).values",
            bad=(
                "logp = torch.log_softmax(x.masked_fill(x < kth, float('-inf')), -1)\n"
                "y = -(logp.exp() * logp).sum()"
            ),
            good=(
                "logp = torch.log_softmax(x.masked_fill(x < kth, float('-inf')), -1)\n"
                "y = torch.special.entr(logp.exp()).sum()"
            ),
            silent=("logp = torch.log_softmax(x, -1)\ny = -(logp.exp() * logp).sum()",),
            run=False,
        ),
        Example(
            given="gap = torch.tensor([0.0, 100.0])",
            bad="r = torch.exp(gap)\ny = r * (r <= 5.0)",
            good="r = torch.exp(gap)\ny = torch.where(r <= 5.0, r, 0.0)",
            silent=("r = torch.exp(gap.clamp(max=9.0))\ny = r * (r <= 5.0)",),
            run=False,
        ),
        Example(
            given="m = torch.tensor([0.0, 1.0])\nx = torch.tensor([float('inf'), 1.0])",
            bad="y = m * x",
            good="y = torch.where(m > 0, x, 0.0)",
            static=False,
        ),
    ),
)


PREDICTED = re.compile(r"(^|[._])(y_)?(pred(s|ictions?)?|probs?|p_?hat)$")
LABELLED = re.compile(r"(^|[._])(y_true|labels?|targets?|one_?hot\w*)$")
_INFINITE = (math.inf, -math.inf)


@rule.matches("mul", "matmul")
def product(op: Op) -> Bindings | None:
    match op:
        case Op("matmul", (p, x)):
            return {"p": p, "q": None, "log": x, "out": op} if _masked(p) or _masked(x) else None
        case Op("mul", (p, Op("log" | "log2", (q,)) as log)) | Op(
            "mul", (Op("log" | "log2", (q,)) as log, p)
        ):
            return {"p": p, "q": q, "log": log, "out": op}
        case Op("mul", (p, Op("log1p", (Op("neg", (q,)),)) as log)):
            return {"p": p, "q": q, "log": log, "out": op}
        case Op("mul", (p, x)):
            return {"p": p, "q": None, "log": x, "out": op}
        case _:
            return None


@rule.reachable_when("p", "q")
def both(p: Any, q: Any, log: Any, out: Any) -> bool | None:
    if isinstance(out, Op) and out.name == "matmul":
        return True  # one of them is masked
    if q is None and (_asked_of(p, log) or _asked_of(log, p)):
        return True
    if q is None and (_finite_test(p) or _finite_test(log) or _mask_times_infinity(p, log)):
        return True
    if q is None and any(
        removes(*pair) or both_hidden(*pair) or multiplied_out(*pair) for pair in ((p, log), (log, p))
    ):
        return True
    if isinstance(p, Leaf) and isinstance(q, Leaf) and PREDICTED.search(p.text) and LABELLED.search(q.text):
        return True  # the reverse cross entropy of labels that are 0 for all classes but one
    if q is not None and is_mask(p) and _unbounded(q):
        return True
    if _concentration(p) and isinstance(peel(q), Leaf) and reaches_zero(q) is None:
        return True
    if q is None or not same(p, q) or reaches_zero(q) is False:
        return False if q is not None and reaches_zero(q) is False else None
    if isinstance(p, Leaf):
        return True if PROBABILITY.search(p.text) else None if COUNT.search(p.text) else True
    return True if reaches_zero(p) or _distribution(p) else None


def _unbounded(q: Any) -> bool:
    """An input under a logarithm: what a mask hides is padding, and that is 0."""
    held = peel(q)
    return isinstance(held, Leaf) and held.call is None and reaches_zero(held) is None


def _concentration(p: Any) -> bool:
    """`(a - 1) * log(x)` of a beta, a gamma, a Dirichlet density: a = 1 is the flat one, and x = 0 is in the support."""
    match p:
        case Op("sub", (Leaf() as a, 1 | 1.0)):
            return bool(CONCENTRATION.search(a.text))
        case _:
            return False


def _distribution(p: Any) -> bool:
    """A mean of assignments, something divided by its own sum: shares, and a share can be 0."""
    match peel(p):
        case Op("mean", (Leaf(), *_)):
            return True
        case Op("div", (x, Op("sum", (of, *_)))):
            return same(peel(x), peel(of)) and reaches_zero(x) is None and not isinstance(peel(x), Op)
        case _:
            return False


def _mask_times_infinity(p: Any, x: Any) -> bool:
    """`(1 - mask) * -inf` is nan where the mask is 1."""
    for factor, other in ((p, x), (x, p)):
        if factor in (math.inf, -math.inf):
            if isinstance(other, Op) and other.name == "sub" and other.args[0] in (1, 1.0):
                return True  # `1 - m` is a mask turned around, whatever it is called
            low, high = interval(other)
            return low <= 0 <= high and not (math.isinf(low) and math.isinf(high))
    return False


def _masked(x: Any) -> bool:
    """Weights in which -inf was written, and no softmax since."""
    held = peel(x)
    return isinstance(held, Op) and held.name == "masked_fill" and held.args[-1] in (math.inf, -math.inf)


def _asked_of(test: Any, x: Any) -> bool:
    """`(x == inf).logical_not() * x`, with `x != x` for nan."""
    if isinstance(test, Op) and test.name in ("logical_not", "logical_or", "logical_and", "to", "view"):
        return any(_asked_of(a, x) for a in test.args)
    match test:
        case Op("eq" | "ne", (a, b)):
            return same(peel(a), peel(x)) and (b in _INFINITE or same(a, b))
        case _:
            return False


def _finite_test(x: Any) -> bool:
    """A factor that is 0 exactly where the other one is not finite."""
    match x:
        case Leaf(call=(str() as maker, Op() as of)) if maker.endswith((".all", ".any")):
            return _finite_test(of)
        case _:
            pass
    return isinstance(x, Op) and (
        x.name in ("isfinite", "isnan", "isinf")
        or (x.name in ("logical_not", "logical_or", "logical_and", "to") and _finite_test(x.args[0]))
    )


@rule.bites_when
def not_a_number(p: Any, q: Any, log: Any, out: Any) -> str | None:
    if not nans(out) or nans(p) or nans(log):
        return None
    zero, infinity = (p, log) if infinite(log) else (log, p)
    if not zeros(zero) or not infinite(infinity):
        return None
    return f"`{source(zero)}` is 0 where `{source(infinity)}` is infinite: 0 * inf = nan"


@rule.fixed_by
def xlogy(p: Any, q: Any, log: Any, out: Any) -> str | None:
    if q is None or log.name != "log":
        return None
    return f"torch.special.xlogy({source(p)}, {source(q)})"
