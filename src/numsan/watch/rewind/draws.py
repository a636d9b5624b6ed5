"""Batches as loaders handed them out, before the loop's body touched them, with the random states after.

A data set may draw random numbers for every sample. A replay gives out the recorded batch, and then puts the
random states to where drawing it had left them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from numsan.watch.rewind.items import assigned
from numsan.watch.rewind.runtime import Draw
from numsan.watch.rewind.streams import Streams


@dataclass(slots=True, eq=False)
class Drawn:
    """One batch of one iterator. `states` is None where drawing moved no random state."""

    iterator: object
    batch: Any
    states: list[tuple[int, Any]] | None


def serve(drawn: Drawn, streams: Streams) -> Any:
    if drawn.states is not None:
        streams.restore(drawn.states)
    return drawn.batch


def feed(
    loops: list[ast.For | ast.While], items: dict[int, list[Any]], draws: list[Drawn], streams: Streams
) -> None:
    """Puts recorded batches in place of items that were told from names, in the loop they belong to."""
    if not draws or len({id(d.iterator) for d in draws}) > 1:
        return
    fitting = [k for k, told in items.items() if len(told) == len(draws) and _related(loops[k], told, draws)]
    if len(fitting) == 1:
        loop, told = loops[fitting[0]], items[fitting[0]]
        counted = isinstance(loop, ast.For) and counts(loop.iter)
        pairs = zip(draws, told, strict=True)
        draw = partial(_drawing, streams, counted)
        items[fitting[0]] = [
            Draw(draw(d, n), n, cast("Iterator[Any]", d.iterator))
            for d, t in pairs
            for n in [t[0] if counted else None]
        ]


def _related(loop: ast.For | ast.While, told: list[Any], draws: list[Drawn]) -> bool:
    """Whether a loop's items are these batches: they share a tensor, or the body assigned targets again."""
    if not isinstance(loop, ast.For):
        return False
    named = {id(t) for item in told for t in leaves(item)}
    drawn = {id(t) for d in draws for t in leaves(d.batch)}
    if any(len(list(leaves(t))) > len(list(leaves(d.batch))) for t, d in zip(told, draws, strict=True)):
        return False  # batches of several loaders at once
    targets = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    return bool(named & drawn) or bool(named and targets & assigned(loop))


def leaves(item: Any) -> Iterator[object]:
    """Tensors and arrays inside a batch."""
    if isinstance(item, list | tuple | dict):
        parts = cast("Iterable[object]", item.values() if isinstance(item, dict) else item)
        for part in parts:
            yield from leaves(part)
    elif hasattr(item, "dtype"):
        yield item


def counts(iterable: ast.expr) -> bool:
    """Whether it is `enumerate(...)`, whose items are a number and the batch."""
    return (
        isinstance(iterable, ast.Call)
        and isinstance(iterable.func, ast.Name)
        and iterable.func.id == "enumerate"
    )


def _drawing(streams: Streams, counted: bool, drawn: Drawn, number: Any) -> Any:
    def draw() -> Any:
        batch = serve(drawn, streams)
        return (number, batch) if counted else batch

    return draw
