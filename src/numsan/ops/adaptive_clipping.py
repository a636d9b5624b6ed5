"""Clipping whose threshold follows the training; no statistic ever sees a number that is not finite."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops.clipping import Clipped, Parameters, Policy, gradient_norm, named_gradients, refuse
from numsan.ops.lengths import length


def _units(x: Tensor) -> tuple[int, ...]:
    """The dimensions of one output unit; vectors are one unit."""
    return tuple(range(1, x.ndim)) if x.ndim > 1 else tuple(range(x.ndim))


@torch.no_grad()
def adaptive_clip_(
    parameters: Parameters, clipping: float = 0.01, eps: float = 1e-3, *, on_nonfinite: Policy = "raise"
) -> Clipped:
    r"""AGC: scale the gradient of a unit so that |g| <= clipping max(|w|, eps), in place, behind a finite
    gate.

    One NaN makes the usual |w|/|g| formula write NaN into the unit, or, as `min(nan, 1)`, do nothing.
    `factor` of the result is the smallest scale. Reference: Brock et al., *High-performance large-scale image
    recognition without normalization*, 2021.

    >>> w = torch.ones(1, 4, requires_grad=True)
    >>> w.grad = torch.full((1, 4), 10.0)
    >>> adaptive_clip_(w).factor, round(w.grad.norm().item(), 6)
    (0.001, 0.02)
    """
    if not (clipping > 0 and eps > 0):
        raise ValueError(f"adaptive_clip_ needs {clipping=} > 0 and {eps=} > 0")
    named = named_gradients(parameters)
    norm = gradient_norm([p.grad for _, p in named if p.grad is not None])
    if not math.isfinite(norm):
        return Clipped(norm, 0.0, refuse(named, on_nonfinite, "adaptive_clip_"))
    smallest = 1.0
    for _, p in named:
        if p.grad is None or not p.numel():
            continue
        at = _units(p)
        size = length(p.grad.to(torch.float64), at) if at else p.grad.abs().double()
        allowed = clipping * (length(p.to(torch.float64), at) if at else p.abs().double()).clamp(min=eps)
        scale = torch.where(size > allowed, allowed / torch.where(size == 0, 1.0, size), 1.0)
        smallest = min(smallest, scale.min().item())
        p.grad.mul_(scale.to(torch.promote_types(p.grad.dtype, torch.float32)).to(p.grad.dtype))
    return Clipped(norm, smallest)


class ZClip:
    r"""Clip the global norm when it is a z-score above its running mean; statistics of finite, clipped norms
    only.

    mean and variance are exponential averages with `alpha`; beyond `z` the norm is brought to mean +
    z^2/score std. During the first `warmup` steps only statistics are kept. Reference: Kumar et al., *ZClip*,
    2025.

    >>> clip, w = ZClip(warmup=2), torch.zeros(1, requires_grad=True)
    >>> for g in (1.0, 1.1, 1.0, 50.0):
    ...     w.grad = torch.tensor([g])
    ...     done = clip.clip_(w)
    >>> done.factor < 0.05, done.norm
    (True, 50.0)
    """

    def __init__(self, alpha: float = 0.97, z: float = 2.5, warmup: int = 25) -> None:
        if not 0 < alpha < 1 or not z > 0 or warmup < 1:
            raise ValueError(f"ZClip needs 0 < alpha < 1, z > 0, warmup >= 1, got {alpha=}, {z=}, {warmup=}")
        self.alpha, self.z, self.warmup = alpha, z, warmup
        self.mean, self.var = 0.0, 0.0
        self._first: list[float] = []

    @torch.no_grad()
    def clip_(self, parameters: Parameters, *, on_nonfinite: Policy = "raise") -> Clipped:
        """Clip in place and update the statistics."""
        named = named_gradients(parameters)
        grads = [p.grad for _, p in named if p.grad is not None]
        norm = gradient_norm(grads)
        if not math.isfinite(norm):
            return Clipped(norm, 0.0, refuse(named, on_nonfinite, "ZClip"))
        target = norm
        if len(self._first) < self.warmup:
            self._first.append(norm)
            self.mean = sum(self._first) / len(self._first)
            self.var = sum((n - self.mean) ** 2 for n in self._first) / len(self._first)
            return Clipped(norm, 1.0)
        std = math.sqrt(self.var) + 1e-6 * self.mean
        score = (norm - self.mean) / std if std else 0.0
        if score > self.z:
            target = self.mean + self.z * self.z / score * std
        self.var = self.alpha * self.var + (1 - self.alpha) * (target - self.mean) ** 2
        self.mean = self.alpha * self.mean + (1 - self.alpha) * target
        factor = target / norm if norm else 1.0
        if factor < 1:
            for g in grads:
                g.mul_(factor)
        return Clipped(norm, factor)


class AdaGC:
    r"""Clip each tensor to `ratio` times the running mean of its own clipped norms; finite norms only.

    During `warmup` steps the global norm is clipped to `max_norm` and the smallest norms are kept as the
    start. Reference: Wang et al., *AdaGC*, 2025.

    >>> clip, w = AdaGC(warmup=1), torch.zeros(1, requires_grad=True)
    >>> for g in (1.0, 1.0, 100.0):
    ...     w.grad = torch.tensor([g])
    ...     done = clip.clip_(w)
    >>> round(w.grad.item(), 4)
    1.05
    """

    def __init__(
        self, ratio: float = 1.05, beta: float = 0.98, warmup: int = 100, max_norm: float = 1.0
    ) -> None:
        if ratio < 1 or not 0 < beta < 1 or not max_norm > 0:
            raise ValueError(
                f"AdaGC needs ratio >= 1, 0 < beta < 1, max_norm > 0, got {ratio=}, {beta=}, {max_norm=}"
            )
        self.ratio, self.beta, self.warmup, self.max_norm = ratio, beta, warmup, max_norm
        self.steps = 0
        self.norms: dict[str, float] = {}

    @torch.no_grad()
    def clip_(self, parameters: Parameters, *, on_nonfinite: Policy = "raise") -> Clipped:
        """Clip in place and update the statistics; the result's factor is the smallest one."""
        named = named_gradients(parameters)
        norms = {name: gradient_norm([p.grad]) for name, p in named if p.grad is not None}
        total = math.hypot(*norms.values()) if norms else 0.0
        if not math.isfinite(total):
            return Clipped(total, 0.0, refuse(named, on_nonfinite, "AdaGC"))
        smallest, warming = 1.0, self.steps < self.warmup
        for name, p in named:
            norm, seen = norms[name], self.norms.get(name)
            limit = norm * min(1.0, self.max_norm / total) if warming or seen is None else self.ratio * seen
            factor = min(1.0, limit / norm) if norm else 1.0
            kept = norm * factor
            if seen is None or warming:
                self.norms[name] = kept if seen is None else min(seen, kept)
            else:
                self.norms[name] = self.beta * seen + (1 - self.beta) * kept
            if factor < 1 and p.grad is not None:
                p.grad.mul_(factor)
            smallest = min(smallest, factor)
        self.steps += 1
        return Clipped(total, smallest)
