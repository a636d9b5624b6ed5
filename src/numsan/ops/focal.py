"""The focal loss of a yes and a no, with its slopes in closed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import together, wide
from numsan.ops._select import where
from numsan.ops._series import log1p_unit
from numsan.ops.activations import minus_abs
from numsan.ops.classification import Reduction, reduce
from numsan.ops.focal_parts import FAR, eager_parts, mixed
from numsan.ops.shares import batched, usable


@dataclass(frozen=True)
class _Side:
    """What one label costs: the probability of the other label, its power, -log of this one's, and p L."""

    other: Tensor
    power: Tensor
    loss: Tensor
    lost: Tensor

    def value(self) -> Tensor:
        return self.power * self.loss

    def slope(self, gamma: float) -> Tensor:
        """Of the value, in the logit of the other label."""
        return self.power * (gamma * self.lost + self.other)


def _sides(x: Tensor, gamma: float) -> tuple[_Side, _Side]:
    """Of the labels 1 and 0."""
    e = torch.exp(minus_abs(x))
    log, share = log1p_unit(e), 1 / (1 + e)
    below = e * share
    p, q = where(x < 0, below, share), where(x < 0, share, below)
    near = x.clamp(-FAR, FAR)
    return tuple(
        _Side(other, _power(other, gamma), torch.relu(-s) + log, mine * (torch.relu(-n) + log))
        for mine, other, s, n in ((p, q, x, near), (q, p, -x, -near))
    )  # pyright: ignore[reportReturnType]


def _power(p: Tensor, gamma: float) -> Tensor:
    """p^gamma; where derivatives of it are taken, with a finite one at 0."""
    return torch.pow(p.clamp(min=torch.finfo(p.dtype).tiny) if torch.is_grad_enabled() else p, gamma)


def _value(x: Tensor, y: Tensor, gamma: float, yes: float, no: float) -> Tensor:
    one, zero = _sides(x, gamma)
    return mixed(yes * one.value(), no * zero.value(), y)


def _slopes(x: Tensor, y: Tensor, gamma: float, yes: float, no: float) -> tuple[Tensor, Tensor]:
    one, zero = _sides(x, gamma)
    in_x = (1 - y) * (no * zero.slope(gamma)) - y * (yes * one.slope(gamma))
    return in_x, yes * one.value() - no * zero.value()


class _Focal(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, y: Tensor, gamma: float, yes: float, no: float) -> Tensor:
        return _value(x, y, gamma, yes, no)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.given = inputs[2:]
        ctx.save_for_backward(*inputs[:2])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        in_x, in_y = _slopes(*ctx.saved_tensors, *ctx.given)
        return g * in_x, _product(g, in_y) if ctx.needs_input_grad[1] else None, None, None, None


def _product(g: Tensor, slope: Tensor) -> Tensor:
    # The slope in the label is infinite beside an infinite logit; an upstream 0 silences it.
    return where(g == 0, 0.0, g * slope)


class _Eager(Function):
    @staticmethod
    def forward(x: Tensor, y: Tensor, gamma: float, yes: float, no: float) -> tuple[Tensor, Tensor, Tensor]:
        def parts(_: bool, *xs: Tensor) -> tuple[Tensor, ...]:
            return eager_parts(xs[0], xs[1], gamma, yes, no)

        value, in_x, in_y = in_pieces(parts)(True, x, y)
        return value, in_x, in_y

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        ctx.given = inputs[2:]
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs[:2], *output[1:])

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        x, y = batched(args[:2], in_dims[:2], info.batch_size)
        return _eager(x, y, *args[2:]), (0, 0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return (None,) * 5
        x, y, in_x, in_y = cast(tuple[Tensor, ...], ctx.saved_tensors)
        if torch.is_grad_enabled():
            in_x, in_y = _slopes(x, y, *ctx.given)
        return g * in_x, _product(g, in_y) if ctx.needs_input_grad[1] else None, None, None, None


_focal = cast(Callable[[Tensor, Tensor, float, float, float], Tensor], cast(Any, _Focal).apply)
_eager = cast(Callable[[Tensor, Tensor, float, float, float], tuple[Tensor, ...]], cast(Any, _Eager).apply)


def focal_loss(
    logits: Tensor,
    target: Tensor,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    r"""(1 - p_t)^gamma (-log p_t) with p_t the probability of the label, in float32.

    $\sigma(-s)^\gamma\,\mathrm{softplus}(-s)$, $s=\pm x$: 1 - p_t without the difference; slope
    $-\sigma(-s)^\gamma(\gamma\,\sigma(s)\,\mathrm{softplus}(-s)+\sigma(-s))$, finite where p_t rounds to 1 (the
    power alone has an infinite one for gamma < 1). `alpha` weighs label 1.

    >>> focal_loss(torch.tensor([50.0]), torch.tensor([0.0])).item()
    50.0

    Reference: Lin et al., *Focal loss for dense object detection*, 2017.
    """
    if gamma < 0 or not 0 <= (alpha or 0.0) <= 1:
        raise ValueError(f"focal_loss needs {gamma=} >= 0 and {alpha=} within [0, 1]")
    x, y = (wide(t) for t in together("focal_loss", logits, target))
    yes, no = (1.0, 1.0) if alpha is None else (alpha, 1 - alpha)
    looked = usable(x) and usable(y)
    losses = _eager(x, y, gamma, yes, no)[0] if looked else _focal(x, y, gamma, yes, no)
    return reduce("focal_loss", losses, reduction)
