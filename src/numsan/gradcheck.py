"""Is this gradient right? Directional derivatives with error bars, at a cost that does not grow with the
parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

_fork_rng = cast(Callable[[], Any], cast(Any, torch.random).fork_rng)
_manual_seed = cast(Callable[[int], Any], cast(Any, torch).manual_seed)

Status = Literal["right", "wrong", "kink", "unresolved"]


@dataclass(frozen=True, slots=True)
class Slope:
    """One directional derivative: by autograd, by differences, and how far the differences can be trusted."""

    name: str
    analytic: float
    numeric: float
    uncertainty: float
    status: Status

    @property
    def error(self) -> float:
        """Relative disagreement."""
        size = max(abs(self.analytic), abs(self.numeric))
        return abs(self.analytic - self.numeric) / size if size else 0.0


@dataclass(frozen=True, slots=True)
class GradReport:
    """All directions; `ok` when none is wrong. Per-parameter slopes are there when they were needed or asked
    for."""

    together: tuple[Slope, ...]
    parameters: tuple[Slope, ...]

    @property
    def ok(self) -> bool:
        """No direction is wrong."""
        return all(s.status != "wrong" for s in (*self.together, *self.parameters))

    def __str__(self) -> str:
        rows = [
            f"{s.name}: {s.status}, autograd {s.analytic:.4g}, numeric {s.numeric:.4g} +- {s.uncertainty:.1g}"
            for s in (*self.together, *self.parameters)
        ]
        return "\n".join(rows)


def _differences(f: Callable[[float], float], h: float, eps: float) -> tuple[float, float, bool]:
    """Derivative of f at 0 by Richardson on central differences, its uncertainty, and whether there is a
    kink."""
    centre = f(0.0)
    steps = [h / 2**k for k in range(4)]
    right, left = [f(s) for s in steps], [f(-s) for s in steps]
    size = max(abs(centre), *map(abs, right), *map(abs, left))
    table = [(a - b) / (2 * s) for a, b, s in zip(right, left, steps, strict=True)]
    noise = 4 * eps * size / steps[-1]
    best, spread, order = table[0], math.inf, 4.0
    column: list[float] = table
    while len(column) > 1:
        column = [(order * fine - coarse) / (order - 1) for coarse, fine in pairwise(column)]
        spread = min(spread, abs(column[-1] - best))
        best, order = column[-1], order * 4
    # At a kink the one-sided derivatives differ by the same amount at every step; else by O(step).
    jumps = [abs((a - centre) / s - (centre - b) / s) for a, b, s in zip(right, left, steps, strict=True)]
    kink = jumps[-1] > 0.6 * jumps[0] and jumps[-1] > 100 * noise + 1e-3 * abs(best)
    return best, spread + noise, kink


def _verdict(
    name: str, analytic: float, f: Callable[[float], float], h: float, eps: float, tolerance: float
) -> Slope:
    numeric, uncertainty, kink = _differences(f, h, eps)
    if not (math.isfinite(analytic) and math.isfinite(numeric)):
        return Slope(name, analytic, numeric, uncertainty, "wrong")
    if kink:
        return Slope(name, analytic, numeric, uncertainty, "kink")
    size = max(abs(analytic), abs(numeric))
    if abs(analytic - numeric) <= tolerance * size + 10 * uncertainty:
        unclear = 10 * uncertainty > 0.1 * size and size > 0 and uncertainty > 1e3 * eps
        return Slope(name, analytic, numeric, uncertainty, "unresolved" if unclear else "right")
    return Slope(name, analytic, numeric, uncertainty, "wrong")


@contextmanager
def _in_format(module: nn.Module | None, dtype: torch.dtype) -> Generator[None]:
    """Parameters and buffers of the module in the format, and back to the very same bits."""
    tensors = [] if module is None else [*module.parameters(), *module.buffers()]
    kept = [(t, t.data) for t in tensors if t.is_floating_point()]
    try:
        for t, data in kept:
            t.grad, t.data = None, data.to(dtype, copy=True)
        yield
    finally:
        for t, data in kept:
            t.grad, t.data = None, data


def _scalar(out: Any, weights: list[Tensor]) -> Tensor:
    """A fixed random combination of all outputs."""
    outs = (
        [out]
        if isinstance(out, Tensor)
        else [o for o in out if isinstance(o, Tensor) and o.is_floating_point()]
    )
    while len(weights) < len(outs):
        o = outs[len(weights)]
        weights.append(torch.randn(o.shape, dtype=o.dtype, device=o.device) if o.ndim else torch.ones_like(o))
    return sum(((o * w).sum() for o, w in zip(outs, weights, strict=True)), outs[0].new_zeros(()))


def gradcheck(
    function: Callable[..., Any],
    *inputs: Any,
    module: nn.Module | None = None,
    dtype: torch.dtype = torch.float64,
    directions: int = 3,
    tolerance: float | None = None,
    per_parameter: bool | None = None,
    seed: int = 0,
) -> GradReport:
    r"""Compare autograd with differences of function(*inputs) along random directions.

    Checked are the inputs that require grad and the parameters of `module`. Everything floating is converted
    to `dtype` for the check (the module is put back bit for bit). Steps follow the format and the size of
    what is moved, four of them, with Richardson extrapolation; the disagreement must exceed the tolerance
    (relative, sqrt eps by default) and ten times the estimated uncertainty to count as wrong. Where one-sided
    slopes differ at every step the point is a "kink". `directions` joint directions cost 9 evaluations each,
    however many parameters there are; only when one is wrong (or with `per_parameter=True`) each tensor is
    checked alone, to name the wrong one. Random numbers are repeated in each evaluation, so dropout does not
    disturb; a function that still differs from call to call is refused with ValueError.

    >>> x = torch.linspace(-1, 1, 5, requires_grad=True)
    >>> gradcheck(lambda x: torch.sin(x).sum(), x).ok
    True

    Reference: Richardson 1911; Ridders, *Accurate computation of F'(x) and F'(x)F''(x)*, 1982.
    """
    if directions < 1:
        raise ValueError(f"gradcheck needs {directions=} >= 1")
    eps = torch.finfo(dtype).eps
    tolerance = math.sqrt(eps) if tolerance is None else tolerance
    with _in_format(module, dtype), _fork_rng():
        args = [_converted(x, dtype) for x in inputs]
        named = [(f"input {i}", a) for i, a in enumerate(args) if isinstance(a, Tensor) and a.requires_grad]
        named += [] if module is None else [(n, p) for n, p in module.named_parameters() if p.requires_grad]
        if not named:
            raise ValueError("gradcheck: no input requires grad and no module was given")
        weights: list[Tensor] = []

        def value() -> Tensor:
            _manual_seed(seed)
            out = function(*args)
            return _scalar(out, weights)

        return _check(value, named, directions, tolerance, eps, per_parameter, seed)


def _converted(x: Any, dtype: torch.dtype) -> Any:
    if isinstance(x, Tensor) and x.is_floating_point():
        return x.detach().to(dtype, copy=True).requires_grad_(x.requires_grad)
    return x


def _check(
    value: Callable[[], Tensor],
    named: Sequence[tuple[str, Tensor]],
    directions: int,
    tolerance: float,
    eps: float,
    per_parameter: bool | None,
    seed: int,
) -> GradReport:
    tensors = [t for _, t in named]
    loss = value()
    grads = cast(tuple[Tensor | None, ...], torch.autograd.grad(loss, tensors, allow_unused=True))
    if value().item() != loss.item():
        raise ValueError("gradcheck: the function gives different values for the same inputs and seed")
    generator = torch.Generator().manual_seed(seed + 1)

    def along(name: str, chosen: Sequence[int]) -> Slope:
        moves: dict[int, Tensor] = {}
        for i in chosen:
            t = tensors[i].detach()
            rms = t.square().mean().sqrt().item() if t.numel() else 0.0
            scale = rms or 1e-3
            moves[i] = torch.randn(t.shape, generator=generator, dtype=t.dtype).to(t.device) * scale
        analytic = sum((g * moves[i]).sum().item() for i in chosen if (g := grads[i]) is not None)
        start = {i: tensors[i].data for i in chosen}

        def shifted(step: float) -> float:
            with torch.no_grad():
                for i, move in moves.items():
                    tensors[i].data = start[i] + step * move
                result = value().item()
                for i, data in start.items():
                    tensors[i].data = data
            return result

        return _verdict(name, analytic, shifted, eps**0.2, eps, tolerance)

    every = range(len(tensors))
    together = tuple(along(f"direction {k}", every) for k in range(directions))
    wanted = any(s.status == "wrong" for s in together) if per_parameter is None else per_parameter
    alone = tuple(along(name, [i]) for i, (name, _) in enumerate(named)) if wanted else ()
    return GradReport(together, alone)
