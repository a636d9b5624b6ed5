"""The length of a vector by powers of two, and its slope as one product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._formats import accumulator

vector_norm = cast(Callable[..., Tensor], cast(Any, torch.linalg).vector_norm)

# Powers of two that bring any number of the format to where its square neither overflows nor underflows.
_BLUE = {torch.float64: (1e140, 2.0**-600, 1e-140, 2.0**600), torch.float32: (1e15, 2.0**-70, 1e-15, 2.0**90)}


def power_of_two(x: Tensor, dim: tuple[int, ...]) -> Tensor:
    """A scale per group, 2^-k, 1 or 2^k, after Blue 1978; exact to multiply by."""
    return _scale(x.detach().abs().amax(dim, keepdim=True), x.dtype)


def _scale(size: Tensor, dtype: torch.dtype) -> Tensor:
    large, down, small, up = _BLUE[dtype]
    scale = torch.where(size > large, torch.full_like(size, down), 1.0)
    return torch.where((size < small) & (size > 0), up, scale)


def length(x: Tensor, dim: tuple[int, ...]) -> Tensor:
    """The norm over `dim`, kept, in the accumulator's format."""
    acc = accumulator(x)
    if x.dtype != acc:
        return vector_norm(x, dim=dim, keepdim=True, dtype=acc)
    scale = power_of_two(x, dim)
    return vector_norm(x * scale, dim=dim, keepdim=True) / scale


def slope_of_length(x: Tensor, norm: Tensor, g: Tensor, at: tuple[int, ...]) -> Tensor:
    """g x / |x|, 0 for the zero vector; looks at the data."""
    if not torch.is_grad_enabled() and bool((norm.clamp(1e-30, 1e30) == norm).all()):
        return x * (g / norm).to(x.dtype)
    scaled = x.to(norm.dtype) * _scale(norm.detach(), norm.dtype)
    # Divided by infinity, the zero vector gets the slope 0.
    again = vector_norm(scaled, dim=at, keepdim=True)
    return (scaled * (g / torch.where(norm == 0, torch.inf, again))).to(x.dtype)


class _Length(Function):
    """length, whose slope x / length is one product; in float64 where 1 / length is no number of the format."""

    @staticmethod
    def forward(x: Tensor, at: tuple[int, ...]) -> Tensor:
        return length(x, at)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, tuple[int, ...]], output: Tensor) -> None:
        x, ctx.at = inputs
        ctx.save_for_backward(x, output)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return quick_length(args[0].movedim(in_dims[0], 0), tuple(i + 1 for i in args[1])), 0

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:
        x, norm = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        (g,) = grad_outputs
        if torch.compiler.is_compiling():
            # In float64 both factors of a float32 slope are normal; float64 itself does not come here.
            return (x.to(norm.dtype) * (g / torch.where(norm == 0, torch.inf, norm))).to(x.dtype), None
        return slope_of_length(x, norm, g, ctx.at), None


quick_length = cast(Callable[[Tensor, tuple[int, ...]], Tensor], cast(Any, _Length).apply)
