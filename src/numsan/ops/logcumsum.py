"""Cumulative log-sum-exp, with a gradient of any order that survives infinities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._pointwise import accumulator, floating
from numsan.ops.logreduce import dims

_REACH = 300.0


def _signed_scan(values: Tensor, log_scale: Tensor, dim: int, backwards: bool) -> tuple[Tensor, Tensor]:
    """log of the running sums of the positive and of the negative part of values * exp(log_scale)."""
    scans: list[Tensor] = []
    for part in (values.clamp(min=0), (-values).clamp(min=0)):
        logs = torch.where(part == 0, -torch.inf, torch.log(part) + log_scale)
        logs = logs.flip(dim) if backwards else logs
        scan = torch.logcumsumexp(logs, dim)
        scans.append(scan.flip(dim) if backwards else scan)
    return scans[0], scans[1]


def _times_exp(scans: tuple[Tensor, Tensor], log_scale: Tensor) -> Tensor:
    up, down = (torch.where(s == -torch.inf, s, s + log_scale) for s in scans)
    return torch.exp(up) - torch.exp(down)


def _weighted_to_inputs(x: Tensor, g: Tensor, total: Tensor, dim: int) -> Tensor:
    """B(g)_i = sum over j >= i of g_j exp(x_i - total_j)."""
    counted = torch.where(total.isinf(), 0.0, g)
    plain = _times_exp(_signed_scan(counted, -torch.where(total.isinf(), 0.0, total), dim, True), x)
    # From the first +inf on, the sum is shared by the infinities seen so far.
    infinite = x == torch.inf
    share = torch.where(total == torch.inf, g / infinite.cumsum(dim).clamp(min=1), 0.0)
    rest = share.flip(dim).cumsum(dim).flip(dim)
    return torch.where(infinite, rest, torch.where(x == -torch.inf, 0.0, plain))


def _weighted_to_outputs(x: Tensor, v: Tensor, total: Tensor, dim: int) -> Tensor:
    """C(v)_j = sum over i <= j of v_i exp(x_i - total_j), the transpose of B."""
    finite = torch.where(x.isinf(), 0.0, v)
    scale = torch.where(x.isinf(), 0.0, x)
    plain = _times_exp(_signed_scan(finite, scale, dim, False), torch.where(total.isinf(), 0.0, -total))
    infinite = x == torch.inf
    mean = torch.where(infinite, v, 0.0).cumsum(dim) / infinite.cumsum(dim).clamp(min=1)
    return torch.where(total == torch.inf, mean, torch.where(total == -torch.inf, 0.0, plain))


def _near_zero(x: Tensor, dim: int) -> Tensor:
    """The exponents shifted by their largest finite value, which exp(x_i - total_j) does not see: total
    rounds less."""
    finite = x.isfinite()
    lowest = torch.full_like(x, torch.finfo(x.dtype).min)
    peak = torch.where(finite, x, lowest).amax(dim, keepdim=True)
    return torch.where(finite, x - peak, x)


def _from_the_first(x: Tensor, dim: int) -> Tensor | None:
    """The largest of each row, if its first element is at most e^300 smaller: then every running sum of
    exp(x - largest) is a normal number. Looks at the data."""
    if x.dtype != torch.float64 or not x.numel():
        return None
    peak = x.amax(dim, keepdim=True)
    near = bool((x.narrow(dim, 0, 1) >= peak - _REACH).all()) and bool(peak.isfinite().all())
    return peak if near else None


def _value(x: Tensor, dim: int) -> Tensor:
    peak = _from_the_first(x, dim)
    if peak is None:
        return torch.logcumsumexp(x, dim)
    return (x - peak).exp_().cumsum_(dim).log_().add_(peak)


def _gradient(x: Tensor, g: Tensor, dim: int) -> Tensor:
    peak = _from_the_first(x, dim)
    if peak is None:
        near = _near_zero(x, dim)
        return _weighted_to_inputs(near, g, torch.logcumsumexp(near, dim), dim)
    e = (x - peak).exp_()
    return torch.div(g, e.cumsum(dim)).flip(dim).cumsum_(dim).flip(dim).mul_(e)


# For the compiler, which must not look at the data and has no vector code for scans, both are one call.
_register = cast(Callable[..., Any], torch.library.custom_op)  # pyright: ignore[reportUnknownMemberType]
_value_op = _register("numsan::logcumsumexp", _value, mutates_args=())
_gradient_op = _register("numsan::logcumsumexp_gradient", _gradient, mutates_args=())


def _same_shape(x: Tensor, *_: Any) -> Tensor:
    return torch.empty_like(x)


_value_op.register_fake(_same_shape)
_gradient_op.register_fake(_same_shape)


def _front(t: Tensor, dim: int | None, count: int) -> Tensor:
    return t.unsqueeze(0).expand(count, *t.shape) if dim is None else t.movedim(dim, 0)


class _ToInputs(Function):
    """B, linear in g; its own derivatives are B and C again."""

    @staticmethod
    def forward(x: Tensor, g: Tensor, dim: int) -> Tensor:
        return (_gradient_op if torch.compiler.is_compiling() else _gradient)(x, g, dim)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, int], output: Tensor) -> None:
        x, g, ctx.dim = inputs
        ctx.save_for_backward(x, g)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        x, g = (_front(t, d, info.batch_size) for t, d in zip(args[:2], in_dims[:2], strict=True))
        return to_inputs(x, g, args[2] + 1), 0

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, Tensor, None]:
        (v,) = grad_outputs
        x, g = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        across = to_outputs(x, v, ctx.dim)
        return v * to_inputs(x, g, ctx.dim) - to_inputs(x, g * across, ctx.dim), across, None


class _ToOutputs(Function):
    """C, linear in v."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, v: Tensor, dim: int) -> Tensor:
        x = _near_zero(x, dim)
        return _weighted_to_outputs(x, v, torch.logcumsumexp(x, dim), dim)

    setup_context = _ToInputs.setup_context

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, Tensor, None]:
        (u,) = grad_outputs
        x, v = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        back = to_inputs(x, u, ctx.dim)
        return v * back - to_inputs(x, u * to_outputs(x, v, ctx.dim), ctx.dim), back, None


class _LogCumSumExp(Function):
    @staticmethod
    def forward(x: Tensor, dim: int) -> Tensor:
        return (_value_op if torch.compiler.is_compiling() else _value)(x, dim)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, int], output: Tensor) -> None:
        x, ctx.dim = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return _running(_front(args[0], in_dims[0], info.batch_size), args[1] + 1), 0

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:
        (g,) = grad_outputs
        (x,) = cast(tuple[Tensor], ctx.saved_tensors)
        return to_inputs(x, g, ctx.dim), None


to_inputs = cast(Callable[[Tensor, Tensor, int], Tensor], cast(Any, _ToInputs).apply)
to_outputs = cast(Callable[[Tensor, Tensor, int], Tensor], cast(Any, _ToOutputs).apply)
_running = cast(Callable[[Tensor, int], Tensor], cast(Any, _LogCumSumExp).apply)


def logcumsumexp(x: Tensor, dim: int) -> Tensor:
    r"""log of the running sum of exp(x) along `dim`; slope $\sum_{j\ge i}g_je^{x_i-y_j}$, any order of
    derivative.

    `torch.logcumsumexp` gives the value; its gradient is NaN behind a prefix of -inf. Runs in float64 and
    rounds once. Specials: -inf prefix -> -inf with slopes 0; from +inf on -> inf, slopes shared by the
    infinities seen so far.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> x = torch.tensor([-torch.inf, 0.0, 0.0], requires_grad=True)
    >>> y = logcumsumexp(x, 0)
    >>> torch.autograd.grad(y[1:].sum(), x)[0].tolist()
    [0.0, 1.5, 0.5]
    """
    if not floating("logcumsumexp", x).numel() or not x.ndim:
        return x.clone()
    (at,) = dims(x, dim)
    return _running(x.to(accumulator(x)), at).to(x.dtype)
