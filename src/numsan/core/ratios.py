"""Logarithms of ratios of probabilities, whose exponential has no upper bound."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import peel, source

LOG_PROBABILITY = re.compile(
    r"log_?p|log_?q|logits?_old|log_?prob|logratio|log_ratio|old_lp|logpi|ref_lp", re.I
)
_RATIO = re.compile(r"(^|[._])(log_?(prob_?)?ratios?|ppo_kl)$", re.I)  # PPO's `kl` is the difference itself


def log_ratio(x: Any) -> tuple[Any, Any] | None:
    """The two log-probabilities of a difference, or the name of one twice.

    >>> log_ratio(Op("sub", (Leaf("logp"), Leaf("old_logp")))) == (Leaf("logp"), Leaf("old_logp"))
    True
    """
    match peel(x, "neg"):
        case Op("sub", (a, b)) if LOG_PROBABILITY.search(f"{source(a)} {source(b)}"):
            return a, b
        case Leaf() as named if _RATIO.search(named.text):
            return named, named
        case _:
            return None
