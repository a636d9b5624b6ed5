"""Roots of second moments: as denominators of optimizers and layers that have no epsilon, and behind a `std`."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.denominators import GRADIENT, names_in
from numsan.core.op import Leaf, Op, leaves
from numsan.core.squares import squares
from numsan.core.values import peel
from numsan.core.zero import reaches_zero

MOMENT = re.compile(r"(^|[._])(exp_avg_sq|square_avg|second_moment|v_hat|sum_sq|acc_grad)")
CENTRE = re.compile(r"(^|[._])(mean|mu|running_mean|batch_mean|avg)(\[.*\])?$")
VARIANCE = re.compile(r"(^|[._])(var|variance|running_var|batch_var)(\[.*\])?$")
FIRST = re.compile(r"(^|[._\W])(m|m_t|mt|mu|exp_avg|momentum|(p\.)?grad|g)(\W*\])?$")
SECOND = re.compile(r"(^|[._\W])(v|v_t|vt|nu|second|square_avg|accum\w*|cache)(\W*\])?$")
# spellings of other libraries than torch and numpy
_OF_ROOT = re.compile(r"^(jnp|jax\.numpy|tf(\.math)?|K|backend|keras\.(ops|backend)|ops)\.(reduce_)?std\(")
_TRAINED = re.compile(r"(^|\.)(call|__call__|forward|apply)$|norm|loss|standardi[sz]e|_scale", re.I)
_OF_INPUT = re.compile(r"image|input|preprocess", re.I)  # whose gradient nobody asks for
_MEASURED = re.compile(r"adv|return|reward|target|data|label|obs", re.I)


def by_deviation(a: Any, below: Any) -> bool | None:
    """`(x - mean) / sqrt(var)` and `m / sqrt(v)` without an epsilon, as layers and optimizers have it."""
    match peel(a), below:
        case Op("sub", (_, Leaf(text=centre))), Op("sqrt", (Leaf(text=text),)):
            return True if CENTRE.search(centre) and VARIANCE.search(text) else None
        case Leaf(text=above), Op("sqrt", (Leaf(text=text),)):
            return True if FIRST.search(above) and SECOND.search(text) else None
        case _:
            return None


def of_moment(below: Any) -> bool:
    """`grad / exp_avg_sq.sqrt()` without an epsilon: a weight that has had no gradient yet."""
    match below:
        case Op("sqrt", (of,)):
            return reaches_zero(of) is not False and any(MOMENT.search(name) for name in names_in(of))
        case _:
            return False


def of_average_square(below: Any) -> bool | None:
    """`g / sqrt(b * v + (1 - b) * g**2)` without an epsilon: the same, where the average is made in sight."""
    match below:
        case Op("sqrt", (of,)):
            held = peel(of)
            held = peel(held.args[0]) if isinstance(held, Op) and held.name == "div" else held
            return average_square(held)
        case _:
            return None


def average_square(x: Any) -> bool | None:
    """`b * v + (1 - b) * g**2`, `v.mul_(b).addcmul_(g, g)`, and a share of it of its own mean."""
    match peel(x):
        case Op("div", (a, Op("mean", _))):
            return average_square(a)
        case Op("add", (Leaf(), new)) if squares(new):
            return True if any(map(GRADIENT.search, names_in(new))) else None  # a sum of all there were
        case Op("add", (Op("mul", kept), new, *_)):
            terms = new.args if isinstance(new, Op) and new.name == "mul" and not squares(new) else (new,)
            terms = [t.args[0] if isinstance(t, Op) and t.name == "mean" else t for t in terms]
            squared = [t for t in terms if squares(t)]
            was = any(isinstance(peel(k), Leaf) for k in kept)
            return True if was and squared and any(map(GRADIENT.search, names_in(squared[0]))) else None
        case _:
            return None


def rooted(x: Op) -> bool:
    """A `std` of JAX, TensorFlow or Keras, which is differentiated as the root of a variance."""
    return bool(_OF_ROOT.match(str(getattr(x.where, "text", ""))))


def trained_through(x: Op) -> bool:
    """In a layer or loss, and not of a picture or of what was measured."""
    function = str(x.where.function)
    inside = _TRAINED.search(function) and not _OF_INPUT.search(function)
    return bool(inside) and not any(_MEASURED.search(leaf.text) for leaf in leaves(x))
