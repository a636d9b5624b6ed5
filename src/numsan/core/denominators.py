"""Denominators that can be 0, by what they are called and how they are made: counts, labels, what a sensor saw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import interval, probability
from numsan.core.op import Leaf, Op, leaves
from numsan.core.values import number, peel, same, source
from numsan.core.zero import reaches_zero

COUNTED = re.compile(r"(^|[._])(tp|fp|fn|tn|(true|false)_(pos|neg)\w*|hits|misses)s?($|[._\[])", re.I)
# of a class that does not occur
POSITIVE_COUNT = re.compile(
    r"(^|[._])(n|num)_?(pos|positives?|gts?|pred(ict(ed|ions))?|gold|true|retrieved|relevant)(\[[\w.]+\])?$"
)
POSITIVES = re.compile(r"^len\(\w*(gt|ground_?truth|positives?)(_\w+)?\)$")  # of a picture without an object
ORIGIN = re.compile(r"(^|[._])zero_?points?$")  # of a symmetric quantisation it is 0
SENSED = re.compile(r"(^|[._])(depth|disp|disparity)(_(gt|map|est|pred))?$")
PER_CLASS = re.compile(
    r"(^|[._])((class|cls|label|token|bin)_?(counts?|freqs?|frequency|num_list|sizes?)|(samples|counts?|num)_per_(cls|class|label))$"
)
LABELS = re.compile(
    r"(^|[._])(adj(acency)?(_mat(rix)?)?|y_true|gt_\w+|labels?|targs?|targets?|events?|censor\w*|positives?|pos)$",
    re.I,
)
GRADIENT = re.compile(r"grad|(^|[._])(g|d[wbxp]\w?|dtheta)(_t)?($|\[)", re.I)
STEP = re.compile(
    r"(^|[._])((global|current|curr|training|num)_?)?(step|iter(ation)?)(_?(num|count|no|idx))?$", re.I
)  # of 0 at first
PHASE = re.compile(r"(^|[._])(decay|warm_?up)_(num_)?(steps|epochs|iters|iterations|updates)$")
PROBABLE = re.compile(r"(^|[._])\w*(prob(abilitie)?|belief|posterior)s?(_(next|prev|t|new|pred))?$")
SAMPLED = re.compile(
    r"old|behav|ref|sampl|drop|prior", re.I
)  # the ratio of a policy to the one that has chosen
FRONT = re.compile(r"^([\w.]+)\[(?:\.\.\.|:), ?:(?:2|-1)\]$")
DEPTH = re.compile(r"^([\w.]+)\[(?:\.\.\.|:), ?(?:2:(?:3)?|-1:)\]$")
CONFUSION = re.compile(r"(^|[._])(cm|conf_?mat(rix)?|confusion(_mat(rix)?)?|hist)$", re.I)
INTERSECTION = re.compile(r"(^|[._])(inter(sect(ion)?)?s?|overlaps?)(_|$|\[)", re.I)
UNION = re.compile(r"(^|[._])unions?(_|$|\[)", re.I)
JOINT = re.compile(r"cov|corr|co_?moment|cross|numer|(^|[._])s_?xy$", re.I)
SPREAD = re.compile(r"(^|[._])\w*(var(iance)?|std|sigma|s_?xx|s_?yy|ss_?[xy]|norm)(_|\d|s?$|s?\[)", re.I)
WORD = re.compile(r"[A-Za-z_]\w*")
LIKELIHOOD = re.compile(
    r"emission|likelihood|(^|[._])lik($|[._\[])|posterior|joint|evidence|trans(ition|mat)|belief", re.I
)


def of_probabilities(a: Any, below: Leaf) -> bool:
    """`smoothed_probs / predicted_probs`: a state that cannot be reached has probability 0 in both."""
    above = peel(a)
    known = (
        isinstance(above, Leaf) and bool(PROBABLE.search(above.text)) and bool(PROBABLE.search(below.text))
    )
    return known and not SAMPLED.search(f"{source(a)} {source(below)}")


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


def of_union(a: Any, below: Leaf) -> bool:
    """`intersections / unions`, of a class that is in neither."""
    return bool(INTERSECTION.search(source(peel(a))) and UNION.search(below.text))


def correlation(a: Any, below: Any) -> bool | None:
    """`cov / (sqrt(var_x) * sqrt(var_y))`: one of the two may be constant."""
    match peel(below):
        case Op("mul", (p, q)) | Op("sqrt", (Op("mul", (p, q)),)):
            return True if JOINT.search(source(a)) and _spread(p) and _spread(q) else None
        case _:
            return None


def _spread(x: Any) -> bool:
    return bool(SPREAD.search(source(peel(x, "sqrt"))))


def _sum(x: Op) -> bool:
    held = peel(x)
    return isinstance(held, Op) and held.name == "sum"


def _twice(x: Any) -> bool:
    return isinstance(x, Op) and x.name == "mul" and (2 in x.args[:1] or 2 in x.args[1:])


def counted(a: Any, b: Any) -> bool | None:
    """Precision and recall without a positive: `tp / (tp + fp)`."""
    terms = list(_terms(b))
    if len(terms) < 2 or not any(same(t, multiple(a)) for t in terms):
        return None
    return True if all(COUNTED.search(source(t)) or _counts(t) for t in terms) else None


def product_of_counts(x: Any) -> bool | None:
    """`sqrt((tp + fp) * (tp + fn) * ...)`: no positives at all."""
    match x:
        case Op("sqrt" | "view", (inner, *_)):
            return product_of_counts(inner)
        case Op("mul", factors):
            return True if any(product_of_counts(f) or _of_counts(f) for f in factors) else None
        case _:
            return None


def _of_counts(x: Any) -> bool:
    words = WORD.findall(source(x)) if isinstance(x, Op | Leaf) else []
    return len(words) > 1 and all(COUNTED.search(w) for w in words)


def _terms(x: Any) -> Iterator[Any]:
    held = multiple(x)
    if isinstance(held, Op) and held.name == "add" and len(held.args) == 2:
        yield from _terms(held.args[0])
        yield from _terms(held.args[1])
    else:
        yield held


def multiple(x: Any) -> Any:
    """What is left of `2 * x`."""
    held = peel(x)
    match held:
        case Op("mul", (c, inner)) if number(c):
            return peel(inner)
        case Op("mul", (inner, c)) if number(c):
            return peel(inner)
        case _:
            return held


def unscaled(x: Any) -> Any:
    """What is left of `x / 127`, `2 * x`."""
    held = multiple(x)
    return (
        unscaled(held.args[0])
        if isinstance(held, Op) and held.name == "div" and number(held.args[1])
        else held
    )


def _counts(x: Any) -> bool:
    return isinstance(x, Op) and x.name == "sum" and reaches_zero(x) is True


def of_positives(a: Any, below: Any) -> bool:
    """`tp / n_pos`, `x / len(gt_boxes)`: a class, a picture without any."""
    text = source(below)
    if POSITIVES.match(text):
        return True
    array = isinstance(peel(below), Leaf) and bool(POSITIVE_COUNT.search(text))
    return array and bool(COUNTED.search(source(a)) or COUNTED.search(source(peel(a))))


def sensed(a: Any, below: Leaf) -> bool:
    """`scale / depth`: a pixel that no sensor has seen is 0; `1 / class_counts`: so is a class without a sample."""
    constant = number(a) or (isinstance(a, Leaf) and a.default is not None)
    return constant and bool(SENSED.search(below.text) or PER_CLASS.search(below.text))


def of_labels(below: Any) -> bool | None:
    """The number of positives of a batch, of neighbours of a node."""
    match below:
        case Op("sum", (of, *dim)) if isinstance(held := peel(of), Leaf):
            absent = bool(dim) and bool(CONFUSION.search(held.text))  # a class of which there is none
            return True if absent or LABELS.search(held.text) else None
        case _:
            return None


def own_sum(a: Any, below: Any) -> bool | None:
    """A product of likelihoods that is normalised: all of them may have vanished."""
    match peel(a), below:
        case Op("mul" | "div") as product, Op("sum", (of, *_)) if same(peel(of), product) and not _filtered(
            product
        ):
            named = product.name == "mul" and any(LIKELIHOOD.search(n) for n in names_in(product))
            return True if named or _vanishes(product) else None
        case Op("pow", (base, Leaf() | Op())) as power, Op("sum", (of, *_)) if same(peel(of), power):
            return True if probability(base) else None  # to the power of 1 / temperature
        case _:
            return None


def _vanishes(product: Op) -> bool:
    """`pi * exp(-d**2) / s`, which far away underflows for every component."""
    for factor in map(peel, product.args[: 2 if product.name == "mul" else 1]):
        if isinstance(factor, Op) and factor.name in ("mul", "div"):
            if _vanishes(factor):
                return True
        elif isinstance(factor, Op) and factor.name == "exp":
            scaled = isinstance(of := factor.args[0], Op) and of.name in ("neg", "mul", "div")
            low, high = interval(of)  # of what is shifted by its largest, one is 1
            return scaled and low < -100 and high <= 0 and not any(map(_shift, of.walk()))
    return False


def _shift(x: Op) -> bool:
    """`r - r.min()`: the least of them is 0."""
    return x.name == "sub" and isinstance(least := peel(x.args[1]), Op) and least.name in ("amin", "amax")


def _filtered(product: Op) -> bool:
    """`filtered * (transitions @ ratio)`, which adds up to 1: no likelihood is multiplied."""
    return any(
        isinstance(p := peel(f), Leaf)
        and PROBABLE.search(p.text)
        and isinstance(q := peel(g), Op)
        and q.name == "matmul"
        for f, g in (product.args[:2], product.args[1::-1])
    )


def perspective(a: Any, below: Any) -> bool | None:
    """`q[..., :2] / q[..., 2:]`: a point in the plane of the camera has depth 0."""
    one, other = FRONT.match(source(a)), DEPTH.match(source(below))
    return True if one is not None and other is not None and one[1] == other[1] else None


def names_in(x: Any) -> set[str]:
    return {leaf.text.partition("[")[0] for leaf in leaves(x)}


def of_phase(below: Leaf) -> bool:
    """The length of a phase of training that can be left out: `step / warmup_steps`."""
    return bool(PHASE.search(below.text))


def of_log_phase(below: Any) -> bool | None:
    """`1 / log(warmup_steps)`: the logarithm of a single step is 0; `1 / sqrt(step)` of the first one."""
    match below:
        case Op("log", (Leaf() as of,)):
            return True if of_phase(of) else None
        case Op("sqrt", (Leaf(text=text),)):
            return True if STEP.search(text) else None
        case _:
            return None


def of_density(below: Any) -> bool | None:
    """`pi.prob(x) / old.prob(x)`: a density that underflows far from where its model expects anything."""
    match below:
        case Op("exp", (Leaf(call=(str() as maker, _)),)):
            return True if maker.endswith(".log_prob") else None
        case Leaf(call=(str() as maker, _)) if maker.endswith((".prob", ".pdf")):
            return True
        case _:
            return None
