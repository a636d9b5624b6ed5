"""Which data set indices are in the batch: the loader's own index lists, noted as they are drawn."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch

from numsan.watch import hooks


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as the loader handed it out."""

    indices: list[int]
    dataset: Any
    collate: Any
    data: Any


class Batches:
    """The last batches drawn; index lists wait in a queue per iterator because workers fetch ahead."""

    def __init__(self, keep: int = 8) -> None:
        self.recent: deque[Batch] = deque(maxlen=keep)
        self.draw: Callable[[Any, Callable[..., Any]], Any] | None = None  # the tape's: it can draw again
        self._queues: weakref.WeakKeyDictionary[Any, deque[Any]] = weakref.WeakKeyDictionary()

    def arm(self) -> list[hooks.Remove]:
        return [
            hooks.patch(hooks.LoaderIterator, "_next_index", self._wrap_index),
            hooks.patch(hooks.LoaderIterator, "__next__", self._wrap_next),
        ]

    def _wrap_index(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def _next_index(iterator: Any) -> Any:
            index = original(iterator)
            queue = self._queues.get(iterator)
            if queue is None:
                queue = self._queues[iterator] = deque()
            queue.append(index)
            return index

        return _next_index

    def _wrap_next(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __next__(iterator: Any) -> Any:
            data = self.draw(iterator, original) if self.draw is not None else original(iterator)
            queue = self._queues.get(iterator)
            if queue:
                index: Any = queue.popleft()
                loader = iterator._loader if hasattr(iterator, "_loader") else None
                if _is_list_of_indices(index):
                    self.recent.append(
                        Batch(list(index), getattr(iterator, "_dataset", None), getattr(iterator, "_collate_fn", None)
                              or getattr(loader, "collate_fn", None), data)
                    )  # fmt: skip
            return data

        return __next__


def dataset_index(dataset: Any, index: int) -> int:
    """A `Subset`'s index in the data set underneath."""
    while type(dataset).__name__ == "Subset" and hasattr(dataset, "indices"):
        index, dataset = int(dataset.indices[index]), dataset.dataset
    return int(index)


def indices_of(batch: Batch) -> list[int]:
    return [dataset_index(batch.dataset, i) for i in batch.indices]


def storages(data: Any) -> frozenset[int]:
    """Addresses of the tensors of a batch: a step that read it read one of them."""
    tensors = [t for t in hooks.tree_leaves(data) if isinstance(t, torch.Tensor)]
    return frozenset(t.untyped_storage().data_ptr() for t in tensors if hooks.ordinary(t) and t.numel())


def _is_list_of_indices(index: Any) -> bool:
    return isinstance(index, list | tuple) and isinstance(next(iter(cast(Sequence[Any], index)), None), int)
