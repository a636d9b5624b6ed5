"""Batches without some samples, and one batch skipped: both where a DataLoader draws the indices."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting, undone
from numsan.watch.loader import dataset_index


def without_samples(setting: Setting) -> AbstractContextManager[None]:
    """The rest of each batch stays together; a batch of which nothing is left is not drawn."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def _next_index(iterator: Any) -> Any:
            while True:
                index = original(iterator)
                if not isinstance(index, list):
                    return index
                drawn = cast(list[Any], index)
                kept = [i for i in drawn if not _among(iterator, i, setting.samples)]
                setting.touched += len(drawn) - len(kept)
                if kept or not drawn:
                    return kept

        return _next_index

    return undone([hooks.patch(hooks.LoaderIterator, "_next_index", wrap)])


def _among(iterator: Any, index: Any, samples: frozenset[int]) -> bool:
    return isinstance(index, int) and dataset_index(iterator._dataset, index) in samples


def other_batch(setting: Setting) -> AbstractContextManager[None]:
    """In step `since`, and only there, every batch is the one after that which was due."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def __next__(iterator: Any) -> Any:
            if setting.now() == setting.since:
                setting.touched += 1
                original(iterator)
            return original(iterator)

        return __next__

    return undone([hooks.patch(hooks.LoaderIterator, "__next__", wrap)])
