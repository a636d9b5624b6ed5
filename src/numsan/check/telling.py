"""Whether an argument makes a difference to what a function does with it."""

from __future__ import annotations

from typing import Any

from numsan.check.modules import Several
from numsan.core.half import in_half
from numsan.core.op import Leaf, Op
from numsan.core.squares import squares

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
    )
)


def tells(value: Any) -> bool:
    """Whether an argument makes a difference to what a function does with it."""
    if isinstance(value, Several):
        return any(map(tells, value.items.values()))
    if isinstance(value, Leaf):
        return value.default is not None and 0 < value.default < 1
    if not isinstance(value, Op):
        return False
    return _core(value).name in _TELLING or squares(_core(value)) or in_half(value, leaves=False)


def _core(op: Op) -> Op:
    while op.name in ("view", "to", "index") and isinstance(op.args[0], Op):
        op = op.args[0]
    return op
