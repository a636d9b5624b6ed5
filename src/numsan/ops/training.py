"""Smaller tools of a training loop: initialisation checks, checkpointed depth, steps for stale gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from torch.utils import checkpoint as checkpointing

_checkpoint = cast(Callable[..., Tensor], cast(Any, checkpointing).checkpoint)

Scheme = Literal["xavier", "he", "orthogonal"]


@dataclass(frozen=True, slots=True)
class InitIssue:
    """One weight that is not as its scheme says: measured against expected."""

    name: str
    what: str
    measured: float
    expected: float


def _fans(weight: Tensor) -> tuple[int, int]:
    field = math.prod(weight.shape[2:])
    return weight.shape[1] * field, weight.shape[0] * field


def _expected_std(weight: Tensor, scheme: Scheme, gain: float) -> float:
    fan_in, fan_out = _fans(weight)
    return gain * math.sqrt(2 / (fan_in + fan_out)) if scheme == "xavier" else gain * math.sqrt(1 / fan_in)


def _orthogonality(weight: Tensor) -> float:
    """Largest entry of W W^T - I (or W^T W - I for a tall matrix)."""
    w = weight.flatten(1).double()
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    return (gram - torch.eye(len(gram), dtype=gram.dtype, device=gram.device)).abs().max().item()


@torch.no_grad()
def check_init(
    module: nn.Module, scheme: Scheme = "he", gain: float | None = None, tolerance: float = 5.0
) -> list[InitIssue]:
    r"""Weights (two dimensions or more) whose spread is not that of the scheme, which are constant, or not
    finite.

    Expected standard deviation: Xavier g sqrt(2/(in + out)), He g sqrt(1/in) with g = sqrt 2 by default;
    "orthogonal": |W W^T - I| below 1e-3 after division by g. The sample deviation of n weights scatters by
    1/sqrt(2n) relative: an issue is reported beyond `tolerance` times that (and 5 %). References: Glorot &
    Bengio 2010; He et al. 2015; Saxe et al. 2014.

    >>> layer = torch.nn.Linear(256, 256)
    >>> _ = torch.nn.init.normal_(layer.weight, std=1.0)
    >>> [(i.name, i.what) for i in check_init(layer)]
    [('weight', 'std')]
    """
    if scheme not in ("xavier", "he", "orthogonal"):
        raise ValueError(f"check_init knows scheme='xavier', 'he' and 'orthogonal', not {scheme=}")
    gain = (math.sqrt(2) if scheme == "he" else 1.0) if gain is None else gain
    issues: list[InitIssue] = []
    for name, p in module.named_parameters():
        if p.ndim < 2 or not p.numel():
            continue
        w = p.double()
        std = w.std(correction=0).item()
        if not math.isfinite(std):
            issues.append(InitIssue(name, "not finite", float((~p.isfinite()).sum()), 0.0))
        elif std == 0:
            issues.append(InitIssue(name, "constant", w.flatten()[0].item(), _expected_std(p, "he", gain)))
        elif scheme == "orthogonal":
            error = _orthogonality(p / gain)
            if error > 1e-3:
                issues.append(InitIssue(name, "orthogonality", error, 1e-3))
        else:
            expected = _expected_std(p, scheme, gain)
            if abs(std / expected - 1) > max(0.05, tolerance / math.sqrt(2 * p.numel())):
                issues.append(InitIssue(name, "std", std, expected))
    return issues


def checkpointed_sequential(layers: Sequence[nn.Module], x: Tensor, segments: int | None = None) -> Tensor:
    r"""Apply the layers in turn, keeping activations only at about sqrt(L) places and recomputing the rest in
    backward.

    Memory O(sqrt L) instead of O(L) activations for one extra forward pass; values and gradients are
    bit-identical, and dropout repeats its masks. Reference: Chen et al., *Training deep nets with sublinear
    memory cost*, 2016.

    >>> layers = [torch.nn.Linear(3, 3) for _ in range(9)]
    >>> checkpointed_sequential(layers, torch.ones(2, 3)).shape
    torch.Size([2, 3])
    """
    if segments is not None and segments < 1:
        raise ValueError(f"checkpointed_sequential needs {segments=} >= 1")
    count = max(1, math.isqrt(len(layers)) if segments is None else min(segments, len(layers)))
    size = -(-len(layers) // count)
    for first in range(0, len(layers), size):
        block = nn.Sequential(*layers[first : first + size])
        last = first + size >= len(layers)
        # The last segment is needed first in backward: recomputing it would save nothing.
        x = block(x) if last else _checkpoint(block, x, use_reentrant=False)
    return x


def staleness_aware_step(step: float, staleness: int, power: float = 1.0) -> float:
    r"""The step size for a gradient computed `staleness` updates ago: step / max(1, staleness)^power.

    Asynchronous updates with a stale gradient behave like extra momentum; dividing keeps step * delay, and
    with it the stability limit, constant. Reference: Zhang et al., *Staleness-aware async-SGD*, 2016.

    >>> staleness_aware_step(0.1, 4)
    0.025
    """
    if not step >= 0 or staleness < 0 or power < 0:
        raise ValueError(f"staleness_aware_step needs numbers >= 0, got {step=}, {staleness=}, {power=}")
    return step / max(1, staleness) ** power
