"""The eager form of a pointwise operation: value and slopes out of the same intermediate results.

The slopes are saved for the backward pass, which is then one product; derivatives of them (second order, or
inside `torch.func`) are taken from the slope functions and the saved input.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.autograd import Function

from numsan.ops._formats import wide
from numsan.ops._select import where

_broadcast = cast(Callable[..., tuple[Tensor, ...]], torch.broadcast_tensors)  # pyright: ignore[reportUnknownMemberType]
# need, arguments -> the value, and one slope per argument if they are needed
Fused = Callable[..., tuple[Tensor, ...]]
# So many elements, with the float64 of a formula, stay in the cache of a core, where a pass over them costs a third.
PIECE = 1 << 16


def in_pieces(fused: Fused) -> Fused:
    """The form for many steps of arithmetic: run on pieces that stay in the cache; results in the argument's format."""

    def run(need: bool, *xs: Tensor) -> tuple[Tensor, ...]:
        count, size = xs[0].numel(), PIECE * torch.get_num_threads()
        if count <= 2 * size or not all(x.is_contiguous() for x in xs):
            return tuple(part.to(xs[0].dtype) for part in fused(need, *xs))
        flat, outs = [x.view(-1) for x in xs], list[Tensor]()
        for start in range(0, count, size):
            parts = fused(need, *(x[start : start + size] for x in flat))
            outs = outs or [torch.empty_like(flat[0]) for _ in parts]
            for out, part in zip(outs, parts, strict=True):
                out[start : start + size] = part
        return tuple(out.view(xs[0].shape) for out in outs)

    return run


def on_cpu(x: Tensor) -> bool:
    """A tensor of numbers in main memory, not a subclass that stands for something else."""
    return x.device.type == "cpu" and type(x) in (Tensor, nn.Parameter)


def derivatives(
    g: Tensor,
    inputs: Sequence[Tensor],
    slopes: Sequence[Callable[..., Tensor] | None],
    needed: Sequence[bool],
    pole: bool,
) -> tuple[Tensor | None, ...]:
    """g times each slope that is needed, from the slope functions."""
    xs = [wide(x) for x in inputs]
    return tuple(
        _contribution(wide(g), slope(*xs), pole).to(g.dtype) if wanted and slope else None
        for slope, wanted in zip(slopes, needed, strict=True)
    )


def _contribution(g: Tensor, slope: Tensor, pole: bool) -> Tensor:
    if not pole:
        return g * slope
    # A zero upstream gradient means "this element does not count": 0 * inf must stay 0 there.
    if torch.compiler.is_compiling():
        # One mask; what the compiler makes of it is not differentiated again.
        return where(g == 0, 0.0, g * slope)
    largest = torch.finfo(slope.dtype).max
    return g * where(g == 0, slope.clamp(-largest, largest), slope)


def _bounded(slope: Tensor) -> tuple[Tensor, Tensor]:
    """The slope without its infinities, and a factor that brings them back unless it meets a 0."""
    largest = torch.finfo(slope.dtype).max
    scale = 2.0 ** (8 - math.frexp(largest)[1])
    reach = slope.abs().mul_(scale).clamp_(256.0, largest).mul_(1 / 256)
    return slope.clamp(-largest, largest), reach


def _saved(slopes: Sequence[Tensor], dtype: torch.dtype, pole: bool) -> list[Tensor]:
    rates = [s.to(dtype) for s in slopes]
    if not pole or all(bool(s.sum().isfinite()) for s in rates):
        return rates
    pairs = [_bounded(s) for s in rates]
    return [p[0] for p in pairs] + [p[1] for p in pairs]


def _products(g: Tensor, rates: Sequence[Tensor], needed: Sequence[bool]) -> tuple[Tensor | None, ...]:
    count = len(needed)
    out: list[Tensor | None] = []
    for i, wanted in enumerate(needed):
        product = wide(g) * rates[i] if wanted else None
        if product is not None and len(rates) > count:
            product = product.mul_(rates[count + i])
        out.append(None if product is None else product.to(g.dtype))
    return tuple(out)


def eager(
    fused: Fused, slopes: Sequence[Callable[..., Tensor] | None], pole: bool
) -> Callable[..., tuple[Tensor, ...]]:
    """apply(need, *xs) -> (value, what was saved...)."""
    count = len(slopes)

    class Eager(Function):
        @staticmethod
        def forward(need: bool, *xs: Tensor) -> tuple[Tensor, ...]:
            inner = [wide(x) for x in xs]
            y, *rates = fused(need, *inner)
            return y.to(xs[0].dtype), *_saved(rates, inner[0].dtype, pole)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
            ctx.set_materialize_grads(False)
            ctx.mark_non_differentiable(*output[1:])
            ctx.save_for_backward(*inputs[1:], *output[1:])

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> Any:
            need, *xs = args
            moved = [
                x.unsqueeze(0) if d is None else x.movedim(d, 0) for x, d in zip(xs, in_dims[1:], strict=True)
            ]
            out = apply(need, *_broadcast(*moved))
            return out, (0,) * len(out)

        @staticmethod
        def backward(ctx: Any, *grad_outputs: Tensor) -> Any:
            g, saved, needed = grad_outputs[0], ctx.saved_tensors, ctx.needs_input_grad[1:]
            if cast(Tensor | None, g) is None:
                return (None,) * (count + 1)
            if len(saved) > count and not torch.is_grad_enabled():
                return None, *_products(g, saved[count:], needed)
            return None, *derivatives(g, saved[:count], slopes, needed, pole)

    apply = cast(Callable[..., tuple[Tensor, ...]], cast(Any, Eager).apply)
    return apply
