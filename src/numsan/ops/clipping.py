"""Gradient clipping that a NaN, an infinity or an overflowing norm cannot turn into a broken or a silent
step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from numsan.ops._pointwise import accumulator
from numsan.ops.lengths import vector_norm
from numsan.ops.norms import safe_norm

Parameters = nn.Module | Tensor | Iterable[Tensor] | Iterable[tuple[str, Tensor]]
Policy = Literal["raise", "drop"]


@dataclass(frozen=True, slots=True)
class Clipped:
    """What clipping found and did: norm before, factor applied, names of the tensors that are not finite."""

    norm: float
    factor: float
    nonfinite: tuple[str, ...] = ()


def named_gradients(parameters: Parameters) -> list[tuple[str, Tensor]]:
    """Name and parameter wherever there is a gradient; unnamed parameters are numbered."""
    if isinstance(parameters, nn.Module):
        pairs = list(parameters.named_parameters())
    elif isinstance(parameters, Tensor):
        pairs = [("0", parameters)]
    else:
        pairs = [p if isinstance(p, tuple) else (str(i), p) for i, p in enumerate(parameters)]
    return [(name, p) for name, p in pairs if p.grad is not None]


def gradient_norm(grads: list[Tensor]) -> float:
    """The norm of all gradients together; plain float32 first, float64 only where that is 0, inf or NaN."""
    if not grads:
        return 0.0
    norms = [vector_norm(g, dtype=torch.promote_types(g.dtype, torch.float32)) for g in grads]
    total = vector_norm(torch.stack([n.to("cpu", torch.float64) for n in norms])).item()
    if math.isfinite(total) and 1e-15 < total < 1e15:
        return total
    exact = torch.stack([safe_norm(g.detach().to(accumulator(g))).to("cpu", torch.float64) for g in grads])
    return safe_norm(exact).item()


def nonfinite_names(named: list[tuple[str, Tensor]]) -> tuple[str, ...]:
    return tuple(name for name, p in named if p.grad is not None and not bool(p.grad.isfinite().all()))


def refuse(named: list[tuple[str, Tensor]], on_nonfinite: Policy, what: str) -> tuple[str, ...]:
    """Raise with the names, or drop every gradient so that torch's optimizers skip the step."""
    names = nonfinite_names(named)
    if on_nonfinite == "raise":
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        raise FloatingPointError(f"{what}: gradient is not finite in {shown}; nothing was changed")
    for _, p in named:
        p.grad = None
    return names


def _policy(on_nonfinite: str) -> None:
    if on_nonfinite not in ("raise", "drop"):
        raise ValueError(f"on_nonfinite is 'raise' or 'drop', not {on_nonfinite=}")


@torch.no_grad()
def clip_grad_norm_(parameters: Parameters, max_norm: float, *, on_nonfinite: Policy = "raise") -> Clipped:
    r"""Scale all gradients by min(1, max_norm/norm), in place; the norm cannot overflow on the way.

    `torch.nn.utils.clip_grad_norm_` turns 1000 gradients of 1e20 (float32) or of 6e4 (float16) into zeros
    because their norm is inf, and one NaN into all NaN. Here finite gradients are always clipped to
    `max_norm`; where one is not finite, FloatingPointError names the tensors ("raise"), or all gradients are
    dropped so that the optimizer skips the step ("drop"). `parameters` may be a module, which gives real
    names.

    >>> w = torch.zeros(1000, requires_grad=True)
    >>> w.grad = torch.full((1000,), 1e20)
    >>> clip_grad_norm_(w, 1.0).norm, round(w.grad.norm().item(), 4)
    (3.162277...e+21, 1.0)
    """
    if not max_norm > 0:
        raise ValueError(f"clip_grad_norm_ needs {max_norm=} > 0")
    _policy(on_nonfinite)
    named = named_gradients(parameters)
    grads = [p.grad for _, p in named if p.grad is not None]
    norm = gradient_norm(grads)
    if not math.isfinite(norm):
        return Clipped(norm, 0.0, refuse(named, on_nonfinite, "clip_grad_norm_"))
    factor = min(1.0, max_norm / norm) if norm else 1.0
    if factor < 1:
        for g in grads:
            g.mul_(factor)
    return Clipped(norm, factor)


@torch.no_grad()
def clip_grad_value_(parameters: Parameters, value: float, *, on_nonfinite: Policy = "raise") -> Clipped:
    r"""Clamp every gradient element to [-value, value]; infinities are clamped too, NaN is refused by name.

    `torch.nn.utils.clip_grad_value_` lets NaN through. `factor` of the result is the share of elements left
    as is.

    >>> w = torch.zeros(2, requires_grad=True)
    >>> w.grad = torch.tensor([5.0, float("inf")])
    >>> clip_grad_value_(w, 1.0).factor, w.grad.tolist()
    (0.0, [1.0, 1.0])
    """
    if not value > 0:
        raise ValueError(f"clip_grad_value_ needs {value=} > 0")
    _policy(on_nonfinite)
    named = named_gradients(parameters)
    grads = [p.grad for _, p in named if p.grad is not None]
    if any(bool(g.isnan().any()) for g in grads):
        return Clipped(math.nan, 0.0, refuse(named, on_nonfinite, "clip_grad_value_"))
    norm, kept, count = gradient_norm(grads), 0, 0
    for g in grads:
        kept += int((g.abs() <= value).sum())
        count += g.numel()
        g.clamp_(-value, value)
    return Clipped(norm, kept / max(count, 1))
