"""The check itself: everything in one format, moved along random directions, put back bit for bit."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn

from numsan.gradcheck.slopes import GradReport, Slope, verdict

_fork_rng = cast(Callable[[], Any], cast(Any, torch.random).fork_rng)
_manual_seed = cast(Callable[[int], Any], cast(Any, torch).manual_seed)


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

        return verdict(name, analytic, shifted, eps**0.2, eps, tolerance)

    every = range(len(tensors))
    together = tuple(along(f"direction {k}", every) for k in range(directions))
    wanted = any(s.status == "wrong" for s in together) if per_parameter is None else per_parameter
    alone = tuple(along(name, [i]) for i, (name, _) in enumerate(named)) if wanted else ()
    return GradReport(together, alone)
