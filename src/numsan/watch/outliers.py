"""In a re-execution: the most outlying value among what one step read, parameters and buffers aside."""

from __future__ import annotations

from dataclasses import dataclass

from numsan.watch.recorder import Recorder, Value

_LEAST = 8  # elements below which a median says nothing
_RATIO = 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """`value` is the leaf, `row` the position of its largest element along the first dimension."""

    value: Value
    largest: float
    usual: float
    row: int


def outlier_of(recorder: Recorder, buffers: frozenset[str]) -> Outlier | None:
    """The leaf whose largest magnitude exceeds its median most, if by a factor of a thousand."""
    found: list[Outlier] = []
    for leaf in recorder.leaves.values():
        tensor = leaf.tensor
        if tensor is None or tensor.requires_grad or leaf.label in buffers or tensor.numel() < _LEAST:
            continue
        if not tensor.is_floating_point() or tensor._version != leaf.version or not leaf.stats.finite:
            continue
        sizes = tensor.detach().float().abs()
        usual = float(sizes.median())
        largest = float(sizes.max())
        if usual > 0 and largest >= _RATIO * usual:
            at = int(sizes.reshape(len(sizes), -1).amax(dim=1).argmax()) if sizes.ndim else 0
            found.append(Outlier(value=leaf, largest=largest, usual=usual, row=at))
    return max(found, key=lambda o: o.largest / o.usual, default=None)
