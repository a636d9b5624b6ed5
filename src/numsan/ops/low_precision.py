"""Training in bfloat16 without losing updates, and a loss scale that can tell its own overflow from a
defect."""

from __future__ import annotations

import math
import warnings
from typing import Any, Literal

import torch
from torch import Tensor
from torch.optim import Optimizer


@torch.no_grad()
def stochastic_round(x: Tensor, generator: torch.Generator | None = None) -> Tensor:
    r"""float32 to bfloat16, up or down with the probability that makes the expectation exact.

    16 random bits are added below the mantissa and cut off. Rounding to nearest loses every update smaller
    than 1/512 of the weight: 1000 steps of -1e-4 leave a bfloat16 1.0 at 1.0. inf and nan stay, and a finite
    number never becomes infinite. Reference: Zamirai et al., *Revisiting BFloat16 training*, 2020.

    >>> x = torch.full((100000,), 1.001)
    >>> stochastic_round(x, torch.Generator().manual_seed(0)).float().mean().item()
    1.000981...
    """
    if x.dtype != torch.float32:
        raise TypeError(f"stochastic_round needs float32, got {x.dtype}")
    noise = torch.randint(0, 1 << 16, x.shape, generator=generator, device=x.device, dtype=torch.int32)
    rounded = ((x.contiguous().view(torch.int32) + noise) & -65536).view(torch.float32)
    largest = torch.finfo(torch.bfloat16).max
    rounded = torch.where(rounded.isfinite(), rounded, torch.full_like(x, largest).copysign(x))
    return torch.where(x.isfinite(), rounded, x).to(torch.bfloat16)


class Compensation:
    r"""Kahan-compensated updates of half-precision parameters for any torch optimizer:
    `Compensation(optimizer)`.

    Before each step the parameters become float32 (weight + kept remainder), the optimizer runs as it is,
    with its state in float32, and afterwards the sum is split again into the weight and a remainder of the
    same format. Two extra bytes per parameter instead of a float32 copy. Remainders are not in
    `state_dict()`: a restart loses half a spacing once. Weight and remainder together hold 16 (bfloat16) or
    22 (float16) bits. `remove()` takes the hooks away; an optimizer with state then needs float32 parameters.
    Reference: Zamirai et al. 2020.

    >>> w = torch.ones(1, dtype=torch.bfloat16, requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=1e-4)
    >>> kept = Compensation(optimizer)
    >>> for _ in range(1000):
    ...     w.grad = torch.ones_like(w)
    ...     optimizer.step()
    >>> w.item()
    0.90234375
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.remainders: dict[Tensor, Tensor] = {}
        self._formats: dict[Tensor, torch.dtype] = {}
        self._handles = [
            optimizer.register_step_pre_hook(self._widen),
            optimizer.register_step_post_hook(self._narrow),
        ]

    def remove(self) -> None:
        """Detach from the optimizer."""
        for handle in self._handles:
            handle.remove()

    @torch.no_grad()
    def _widen(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.dtype in (torch.bfloat16, torch.float16) and p.grad is not None:
                    grad, self._formats[p] = p.grad.float(), p.dtype
                    kept = self.remainders.get(p)
                    wide = p.data.float()
                    p.grad = None
                    p.data = wide if kept is None else wide.add_(kept)
                    p.grad = grad
                    self._widen_state(optimizer.state.get(p, {}))

    @staticmethod
    def _widen_state(state: dict[str, Any]) -> None:
        # Some optimizers (Adagrad) make their state when built, in the format of the parameters.
        for key, value in state.items():
            if isinstance(value, Tensor) and value.dtype in (torch.bfloat16, torch.float16):
                state[key] = value.float()

    @torch.no_grad()
    def _narrow(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        for p, dtype in self._formats.items():
            grad, wide = p.grad, p.data
            narrow = wide.to(dtype)
            self.remainders[p] = (wide - narrow.float()).to(dtype)
            p.grad = None
            p.data = narrow
            p.grad = None if grad is None else grad.to(dtype)
        self._formats.clear()


class LossScaler(torch.amp.GradScaler):  # pyright: ignore[reportPrivateImportUsage]
    r"""`torch.amp.GradScaler` with a floor, that says whether a skipped step was the scale's fault or a real
    defect.

    The plain scaler halves the scale at every non-finite gradient; a NaN that no scale can cure drives it to
    0 in silence. Here a step is a *defect* when the loss was not finite before scaling, when the scale was
    already at `floor`, or after `patience` skips in a row; then `on_defect` is "raise" (FloatingPointError)
    or "warn". `verdict` is "ok", "scale" or "defect" after each `update()`.

    >>> scaler = LossScaler("cpu", init_scale=4.0, floor=2.0)
    >>> scaler.verdict, scaler.get_scale()
    ('ok', 4.0)
    """

    def __init__(
        self,
        device: str = "cuda",
        *,
        floor: float = 1.0,
        patience: int = 8,
        on_defect: Literal["raise", "warn"] = "raise",
        **kwargs: Any,
    ) -> None:
        if not floor > 0 or patience < 1 or on_defect not in ("raise", "warn"):
            raise ValueError(
                f"LossScaler needs floor > 0, patience >= 1, got {floor=}, {patience=}, {on_defect=}"
            )
        super().__init__(device, **kwargs)
        self.floor, self.patience, self.on_defect = floor, patience, on_defect
        self.verdict: Literal["ok", "scale", "defect"] = "ok"
        self.skipped_in_a_row = 0
        self._losses_finite: list[Tensor] = []

    def scale(self, outputs: Any) -> Any:
        """Scale the loss, remembering whether it was finite before."""
        for loss in [outputs] if isinstance(outputs, Tensor) else list(outputs):
            self._losses_finite.append(loss.detach().isfinite().all())
        return super().scale(outputs)

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Adapt the scale and judge the step."""
        before = self.get_scale()
        super().update(new_scale)
        skipped = new_scale is None and self.get_scale() < before
        finite = all(bool(f) for f in self._losses_finite)
        self._losses_finite.clear()
        self.skipped_in_a_row = self.skipped_in_a_row + 1 if skipped else 0
        self.verdict = "scale" if skipped else "ok"
        if not skipped:
            return
        at_floor = before <= self.floor
        if self.get_scale() < self.floor:
            super().update(self.floor)
        if not finite or at_floor or self.skipped_in_a_row >= self.patience:
            self.verdict = "defect"
            self._tell(finite, at_floor, before)

    def _tell(self, finite: bool, at_floor: bool, scale: float) -> None:
        reason = (
            "the loss itself is not finite"
            if not finite
            else (
                f"gradients are not finite at the smallest allowed scale {scale:.4g}"
                if at_floor
                else f"{self.skipped_in_a_row} steps in a row were skipped, down to scale {math.ceil(scale)}"
            )
        )
        message = f"loss scaling cannot cure this: {reason}"
        if self.on_defect == "raise":
            raise FloatingPointError(message)
        warnings.warn(message, RuntimeWarning, stacklevel=3)
