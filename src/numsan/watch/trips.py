"""From a norm that is not finite to the failing quantity: exact looks, names, and what a GradScaler has to do with it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import torch

from numsan.core.trace import Site
from numsan.watch import hooks

LATE = ("weight", "buffer")  # looked at every few steps: which step it was, only a re-execution tells
_LEAST_SCALE = 2.0**-4  # after the twentieth skip from 2^16: no calibration goes so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """The first failing quantity. Steps before `since` were looked at and found finite."""

    what: Literal["loss", "gradient", "weight", "buffer"]
    where: str
    step: int
    since: int
    optimizer: torch.optim.Optimizer | None
    loss: float | None = None
    tensor: torch.Tensor | None = None
    scaled: bool = False  # a GradScaler is in use
    through_scaler: bool = False  # and the step came through it


@dataclass(slots=True)
class Made:
    """Where an optimizer was constructed and first stepped, and its parameters."""

    site: Site | None
    params: list[torch.Tensor]
    groups: int
    stepped: Site | None = None


class Scaling:
    """What the GradScaler did: the loss before scaling, and whether a step comes through it."""

    def __init__(self) -> None:
        self.scaler: weakref.ref[Any] | None = None
        self.loss: float | None = None
        self.stepping = False

    @property
    def active(self) -> bool:
        return self.scaler is not None and self.scaler() is not None

    def scaling(self, scaler: Any, outputs: Any) -> None:
        self.scaler = weakref.ref(scaler) if scaler.is_enabled() else None
        if isinstance(outputs, torch.Tensor) and outputs.numel() == 1:
            self.loss = outputs.item()


def hopeless(scaler: Any) -> bool:
    """Whether a step was skipped at a loss scale so small that the scale cannot be the reason."""
    return scaler.get_scale() <= _LEAST_SCALE


# Without `detach`: a traced step must not show views of ours as makers of its values.


def fused_norms(tensors: list[torch.Tensor]) -> list[float]:
    """For weights under `no_grad`, else their norms get a graph; gradients are spared what that costs (5 us)."""
    try:
        return hooks.grad_norms(tensors)
    except (RuntimeError, TypeError, NotImplementedError):  # sparse, complex, mixed devices, subclasses
        return [norm_of(t) for t in tensors]


def norm_of(tensor: torch.Tensor) -> float:
    tensor = hooks.dense(tensor)
    if not tensor.is_floating_point() or tensor.numel() == 0:
        return 0.0
    wide = tensor.to(torch.promote_types(tensor.dtype, torch.float32))
    return hooks.norm(wide)


def all_finite(tensor: torch.Tensor) -> bool:
    tensor = hooks.dense(tensor)
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def any_nonzero(tensor: torch.Tensor) -> bool:
    return bool((hooks.dense(tensor) != 0).any())


def first_bad(tensors: Iterable[torch.Tensor]) -> torch.Tensor | None:
    return next((t for t in tensors if not all_finite(t)), None)


def name_of(parameter: torch.Tensor) -> str:
    from numsan.watch import modules

    return modules.tensor_names(modules.live_modules()).get(id(parameter), "a parameter")
