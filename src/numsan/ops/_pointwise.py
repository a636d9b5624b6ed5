"""How a pointwise operation is built: a value, one slope per argument, and one rounding.

`pointwise(name, value, *slopes)` gives a function whose gradient is `slope(saved input)`, never a formula in
the rounded output. Slopes are ordinary differentiable functions, so second derivatives need nothing more.
Half formats are computed in float32 and rounded once. The result works under `vmap`, `torch.func`,
`torch.compile` and autocast. On the CPU outside of the compiler a `fused` form, where there is one, gives the
value and the slopes together, so that the backward pass is one product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast, overload

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._formats import accumulator as accumulator
from numsan.ops._formats import wide as wide
from numsan.ops._fused import Fused as Fused
from numsan.ops._fused import derivatives, eager, on_cpu

FLOATS = (torch.float64, torch.float32, torch.bfloat16, torch.float16)


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


def _either(
    plain: Callable[..., Tensor] | None, vector: Callable[..., Tensor] | None
) -> Callable[..., Tensor] | None:
    """The form for the compiler in float32, else the plain one."""
    if plain is None or vector is None or plain is vector:
        return plain

    def chosen(*xs: Tensor) -> Tensor:
        narrow = xs[0].dtype == torch.float32 and torch.compiler.is_compiling()
        return (vector if narrow else plain)(*xs)

    return chosen


def _traceable(
    value: Callable[..., Tensor], slopes: Sequence[Callable[..., Tensor] | None], pole: bool
) -> Callable[..., Tensor]:
    class Traceable(Function):
        generate_vmap_rule = True
        forward = staticmethod(_forward(value, len(slopes)))

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, *grad_outputs: Tensor) -> Any:
            (g,) = grad_outputs
            return derivatives(g, ctx.saved_tensors, slopes, ctx.needs_input_grad, pole)

    return cast(Callable[..., Tensor], cast(Any, Traceable).apply)


@overload
def pointwise(
    name: str,
    value: One,
    slope: One,
    /,
    *,
    pole: bool = ...,
    fused: Fused | None = ...,
    fused32: Fused | None = ...,
    vector32: Sequence[Callable[..., Tensor] | None] | None = ...,
) -> Callable[[Number], Tensor]: ...
@overload
def pointwise(
    name: str,
    value: Two,
    first: Two,
    second: Two | None,
    /,
    *,
    pole: bool = ...,
    fused: Fused | None = ...,
    fused32: Fused | None = ...,
    vector32: Sequence[Callable[..., Tensor] | None] | None = ...,
) -> Callable[[Number, Number], Tensor]: ...
@overload
def pointwise(
    name: str,
    value: Three,
    first: Three,
    second: Three,
    third: Three,
    /,
    *,
    pole: bool = ...,
    fused: Fused | None = ...,
    fused32: Fused | None = ...,
    vector32: Sequence[Callable[..., Tensor] | None] | None = ...,
) -> Callable[[Number, Number, Number], Tensor]: ...
def pointwise(
    name: str,
    value: Callable[..., Tensor],
    *slopes: Callable[..., Tensor] | None,
    pole: bool = False,
    fused: Fused | None = None,
    fused32: Fused | None = None,
    vector32: Sequence[Callable[..., Tensor] | None] | None = None,
) -> Callable[..., Tensor]:
    """Build an operation from its value and slopes; `pole` where a slope is infinite inside the domain.

    `fused(need, *xs)` is the eager CPU form, value and slopes together; `fused32` takes its place for float32
    and half, where it may compute in float64. `vector32`, value and slopes, is for the compiler in float32
    and half: arithmetic that becomes vector code.
    """
    compiled = vector32 or (value, *slopes)
    traceable = _traceable(
        _either(value, compiled[0]) or value,
        [_either(*pair) for pair in zip(slopes, compiled[1:], strict=True)],
        pole,
    )
    wide_form = None if fused is None else eager(fused, slopes, pole)
    narrow_form = wide_form if fused32 is None else eager(fused32, slopes, pole)

    def run(*xs: Tensor) -> Tensor:
        form = wide_form if xs[0].dtype == torch.float64 else narrow_form
        if form is None or torch.compiler.is_compiling() or not all(map(on_cpu, xs)):
            return traceable(*xs)
        return form(torch.is_grad_enabled() and any(x.requires_grad for x in xs), *xs)[0]

    def one(x: Tensor | float) -> Tensor:
        return run(floating(name, x))

    def several(*args: Tensor | float) -> Tensor:
        return run(*together(name, *args))

    return one if len(slopes) == 1 else several
