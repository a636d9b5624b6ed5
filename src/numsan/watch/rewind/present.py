"""The program as it is when the step fails: kept whole before a replay, put back whole after it."""

from __future__ import annotations

from typing import Any

import torch

from numsan.watch.rewind.reach import is_library, user_modules
from numsan.watch.rewind.resume import RT
from numsan.watch.rewind.tape import Tape

_GONE = object()


class Present:
    """Weights and gradients by copy, the rest as `State` saves it, namespaces of user modules in full."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.saved = tape.state.save(fresh=True)
        self.spaces = [(space, dict(space)) for space in _namespaces(tape)]
        self.lists = [(x, list(x)) for x in tape.state.reached.lists]
        parameters = {id(p): p for o in tape.optimizers.values() for g in o.param_groups for p in g["params"]}
        self.weights = [(p, p.detach().clone(), p.grad, p.requires_grad) for p in parameters.values()]
        for parameter, _, grad, _ in self.weights:
            parameter.grad = None if grad is None else torch.zeros_like(grad)

    def restore(self) -> None:
        for space, copy in self.spaces:
            _refill(space, copy)
        self.tape.state.restore(self.saved)
        for items, copy in self.lists:
            items[:] = copy
        with torch.no_grad():
            for parameter, weight, grad, wanted in self.weights:
                parameter.data.copy_(weight)
                parameter.grad = grad
                if parameter.is_leaf:
                    parameter.requires_grad_(wanted)


def _refill(space: dict[str, Any], copy: dict[str, Any]) -> None:
    space.pop(RT, None)
    for name in [n for n in space if n not in copy]:
        del space[name]
    for name, value in copy.items():
        if space.get(name, _GONE) is not value:
            space[name] = value


def _namespaces(tape: Tape) -> list[dict[str, Any]]:
    found = {id(f.space): f.space for m in tape.marks for f in m.frames if not _library(f.space)}
    found.update((id(space), space) for space in user_modules())
    return list(found.values())


def _library(space: dict[str, Any]) -> bool:
    return is_library(str(space.get("__name__", "")))
