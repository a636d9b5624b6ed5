"""The one tree that rules match on, whether it came from source text or from recorded operations.

`torch.log(torch.sum(torch.exp(x), -1))` in source and the three dispatched operations of a replay
both become `Op("log", (Op("sum", (Op("exp", (x,)), -1)),))`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from numsan.core.trace import TensorStats


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value whose making is unknown: a name in source, a tensor that was there before the replay."""

    text: str
    stats: TensorStats | None = field(default=None, compare=False)
    default: float | None = field(default=None, compare=False)  # of the parameter with this name, in source
    half: str = field(default="", compare=False)  # "model" or "autocast" in a file that runs in float16
    call: tuple[str, Any] | None = field(
        default=None, compare=False
    )  # an unknown function, its first argument

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Op:
    """One operation: canonical name and arguments (`Op`, `Leaf` or constants) in torch's parameter order."""

    name: str
    args: tuple[Any, ...] = ()
    stats: TensorStats | None = field(default=None, compare=False)
    where: Any = field(default=None, compare=False)
    bounds: tuple[float, float] | None = field(
        default=None, compare=False, repr=False, init=False
    )  # once known
    __match_args__ = ("name", "args")

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.args))})"

    def walk(self) -> Iterator[Op]:
        """This operation, then every operation below it, outermost first."""
        yield self
        for arg in self.args:
            if isinstance(arg, Op):
                yield from arg.walk()


def leaves(value: object, named: Container[int] = ()) -> Iterator[Leaf]:
    """Leaves below a value, not entering operations that stand under a name of their own."""
    if isinstance(value, Leaf):
        yield value
    elif isinstance(value, Op) and id(value) not in named:
        for arg in value.args:
            yield from leaves(arg, named)
