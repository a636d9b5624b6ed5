"""How a pointwise operation is built: a value, one slope per argument, and one rounding.

`pointwise(name, value, *slopes)` gives a function whose gradient is `slope(saved input)`, never a formula in
the rounded output. Slopes are ordinary differentiable functions, so second derivatives need nothing more.
Half formats are computed in float32 and rounded once. The result works under `vmap`, `torch.func`,
`torch.compile` and autocast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast, overload

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._select import where

WIDE = {torch.float16: torch.float32, torch.bfloat16: torch.float32}
FLOATS = (torch.float64, torch.float32, torch.bfloat16, torch.float16)


def wide(x: Tensor) -> Tensor:
    """The tensor in the format we compute in: float32 for half formats, else as it is."""
    return x.to(WIDE.get(x.dtype, x.dtype))


def accumulator(x: Tensor) -> torch.dtype:
    """The format reductions accumulate in: float64, or float32 on the one device that has no float64."""
    return torch.float32 if x.device.type == "mps" else torch.float64


def floating(name: str, x: Tensor | float) -> Tensor:
    """The argument as a float tensor; integers, booleans, complex and float8 are refused by name."""
    if not isinstance(x, Tensor):
        return torch.as_tensor(x, dtype=torch.get_default_dtype())
    if x.dtype not in FLOATS:
        raise TypeError(
            f"{name} needs float64, float32, bfloat16 or float16, got {x.dtype}: convert it first"
        )
    return x


def together(name: str, *args: Tensor | float) -> tuple[Tensor, ...]:
    """Arguments in one shape and one format, by torch's own promotion (numbers follow the tensors)."""
    tensors = [floating(name, a) for a in args if isinstance(a, Tensor)]
    if not tensors:
        return tuple(floating(name, a) for a in args)
    # As in torch, a tensor with dimensions decides over one without.
    dtypes = [t.dtype for t in tensors if t.ndim] or [t.dtype for t in tensors]
    dtype = dtypes[0]
    for other in dtypes[1:]:
        dtype = torch.promote_types(dtype, other)
    as_tensors = [
        a.to(dtype) if isinstance(a, Tensor) else tensors[0].new_tensor(a, dtype=dtype) for a in args
    ]
    return cast(tuple[Tensor, ...], torch.broadcast_tensors(*as_tensors))  # pyright: ignore[reportUnknownMemberType]


def _contribution(g: Tensor, slope: Tensor, pole: bool) -> Tensor:
    if not pole:
        return g * slope
    # A zero upstream gradient means "this element does not count": 0 * inf must stay 0 there.
    return where(slope.isinf() & (g == 0), 0.0, g * slope)


def _forward(value: Callable[..., Tensor], arity: int) -> Callable[..., Tensor]:
    """The rounded value with its arguments spelled out: torch.compile counts them to tell them from a
    context."""

    def of_one(x: Tensor) -> Tensor:
        return value(wide(x)).to(x.dtype)

    def of_two(x: Tensor, y: Tensor) -> Tensor:
        return value(wide(x), wide(y)).to(x.dtype)

    def of_three(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        return value(wide(x), wide(y), wide(z)).to(x.dtype)

    return (of_one, of_two, of_three)[arity - 1]


Number = Tensor | float
One = Callable[[Tensor], Tensor]
Two = Callable[[Tensor, Tensor], Tensor]
Three = Callable[[Tensor, Tensor, Tensor], Tensor]


@overload
def pointwise(name: str, value: One, slope: One, /, *, pole: bool = ...) -> Callable[[Number], Tensor]: ...
@overload
def pointwise(
    name: str, value: Two, first: Two, second: Two | None, /, *, pole: bool = ...
) -> Callable[[Number, Number], Tensor]: ...
@overload
def pointwise(
    name: str, value: Three, first: Three, second: Three, third: Three, /, *, pole: bool = ...
) -> Callable[[Number, Number, Number], Tensor]: ...
def pointwise(
    name: str,
    value: Callable[..., Tensor],
    *slopes: Callable[..., Tensor] | None,
    pole: bool = False,
) -> Callable[..., Tensor]:
    """Build an operation from its value and slopes; `pole` where a slope is infinite inside the domain."""

    class Pointwise(Function):
        generate_vmap_rule = True
        forward = staticmethod(_forward(value, len(slopes)))

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, *grad_outputs: Tensor) -> Any:
            (g,) = grad_outputs
            saved = cast(tuple[Tensor, ...], ctx.saved_tensors)
            xs = [wide(x) for x in saved]
            return tuple(
                _contribution(wide(g), slope(*xs), pole).to(g.dtype) if needed and slope else None
                for slope, needed in zip(slopes, ctx.needs_input_grad, strict=True)
            )

    apply = cast(Callable[..., Tensor], cast(Any, Pointwise).apply)

    def one(x: Tensor | float) -> Tensor:
        return apply(floating(name, x))

    def several(*args: Tensor | float) -> Tensor:
        return apply(*together(name, *args))

    return one if len(slopes) == 1 else several
