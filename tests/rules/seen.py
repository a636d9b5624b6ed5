"""The smallest recorder that can ask the rules: forward operations, leaves named after variables."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from numsan.core.op import Leaf, Op
from numsan.core.rule import Hit, ask, settled
from numsan.core.trace import TensorStats
from numsan.watch.lower import VIEWS, canonical


def stats_of(tensor: torch.Tensor) -> TensorStats:
    values = tensor.detach().reshape(-1)
    shape, dtype = tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")
    if not values.is_floating_point():
        values = values.float()
    fine = values[torch.isfinite(values)].double()
    nonzero = fine.abs()[fine != 0]
    return TensorStats(
        shape=shape,
        dtype=dtype,
        numel=tensor.numel(),
        min=float(fine.min()) if fine.numel() else None,
        max=float(fine.max()) if fine.numel() else None,
        tiny=float(nonzero.min()) if nonzero.numel() else None,
        zeros=int((fine == 0).sum()),
        nan=int(values.isnan().sum()),
        posinf=int((values == float("inf")).sum()),
        neginf=int((values == float("-inf")).sum()),
    )


class Recorder(TorchDispatchMode):
    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__()
        self.names = names
        self.made: dict[int, tuple[weakref.ref[torch.Tensor], Op | Leaf]] = {}
        self.ops: list[Op] = []

    def lower(self, arg: Any) -> Any:
        if isinstance(arg, list | tuple):
            return tuple(self.lower(a) for a in arg)
        if not isinstance(arg, torch.Tensor):
            return arg
        made = self.made.get(id(arg))
        if made is not None and made[0]() is arg:
            return made[1]
        name = next((k for k, v in self.names.items() if v is arg), "tensor")
        leaf = Leaf(name, stats_of(arg))
        self.made[id(arg)] = (weakref.ref(arg), leaf)
        return leaf

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        lowered = tuple(self.lower(a) for a in args)
        out = func(*args, **(kwargs or {}))
        first = out[0] if isinstance(out, tuple | list) else out
        if isinstance(first, torch.Tensor):
            if func.overloadpacket.__name__ in VIEWS and lowered and isinstance(lowered[0], Op | Leaf):
                node = lowered[0]
                if func.overloadpacket.__name__ == "_to_copy":
                    name, rest = canonical(func, lowered, kwargs)
                    node = Op(name, rest, stats_of(first))
                    self.ops.append(node)
            else:
                name, rest = canonical(func, lowered, kwargs)
                node = Op(name, rest, stats_of(first))
                self.ops.append(node)
            self.made[id(first)] = (weakref.ref(first), node)
            self.keep = [*getattr(self, "keep", []), first]
        return out

    def hits(self) -> list[Hit]:
        return settled([hit for op in self.ops for hit in ask(op)])
