"""Whether an argument makes a difference to what a function does with it."""

from __future__ import annotations

from typing import Any

from numsan.check.modules import Several
from numsan.core.bounds import BOOL
from numsan.core.deviations import average_square
from numsan.core.half import in_half
from numsan.core.op import Leaf, Op
from numsan.core.ratios import log_ratio
from numsan.core.shares import of_others
from numsan.core.squares import squares
from numsan.core.zero import reaches_zero

# arguments that make a difference to what a function does with them
_TELLING = frozenset(
    (
        "softmax",
        "sigmoid",
        "relu",
        "exp",
        "prod",
        "masked_fill",
        "tanh",
        "log_softmax",
        "cross_entropy",
        "det",
        "softplus",
    )
)


def tells(value: Any) -> bool:
    """Whether an argument makes a difference to what a function does with it."""
    if isinstance(value, Several):
        return any(map(tells, value.items.values()))
    if isinstance(value, Leaf) and value.call is not None and value.call[0] == "item":
        return tells(value.call[1])
    if isinstance(value, Leaf):
        return value.default is not None and 0 < value.default < 1
    if not isinstance(value, Op):
        return False
    if value.name == "index" and isinstance(value.args[-1], Op) and value.args[-1].name in BOOL:
        return True  # of which nothing may be left
    core = _core(value)
    if core.name in _TELLING or squares(core) or in_half(value, names=False):
        return True
    if core.name in BOOL:
        return False
    return (
        log_ratio(core) is not None
        or reaches_zero(core) is True
        or of_others(core)
        or bool(average_square(core))
    )


def _core(op: Op) -> Op:
    while op.name in ("view", "to", "index") and isinstance(op.args[0], Op):
        op = op.args[0]
    return op
