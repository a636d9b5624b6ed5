"""Cross entropy with class indices in eager mode on the CPU: loss and gradient from one pass of exponentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops.row_totals import rest_of
from numsan.ops.shares import exponentials, softmax, weights_of


def _front(x: Tensor, dim: int | None, count: int) -> Tensor:
    return x.unsqueeze(0).expand(count, *x.shape) if dim is None else x.movedim(dim, 0)


class _HardLabels(Function):
    """log(sum exp(x)) - x_t along dimension 1; slope p - 1 at t, p elsewhere."""

    @staticmethod
    def forward(x: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        _, d, e = exponentials(x, (1,))
        rest = rest_of(e, (1,))
        mine = d.gather(1, target)
        empty, total = rest == -1, rest + 1
        loss = torch.where(empty, torch.inf, torch.log1p(rest) - mine).to(x.dtype)
        # 1 - p of the largest class is what the others have together, which does not cancel.
        chosen = torch.where(mine == 0, rest / total, 1 - e.gather(1, target) / total)
        return loss, weights_of(e, rest), torch.where(empty, 0.0, chosen).to(x.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: tuple[Tensor, ...]) -> None:
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs, *output[1:])

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        count, (x_dim, target_dim) = info.batch_size, in_dims
        x, target = _front(args[0], x_dim, count), _front(args[1], target_dim, count)
        # Dimension 1 stays where it is: the batch joins the samples.
        flat = _hard_labels(x.flatten(0, 1), target.flatten(0, 1))
        return tuple(t.reshape(*x.shape[:2], *t.shape[1:]) for t in flat), (0, 0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None]:
        x, target, weights, chosen = cast(tuple[Tensor, ...], ctx.saved_tensors)
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return None, None
        if torch.is_grad_enabled():
            one = torch.zeros_like(x).scatter(1, target, 1.0)
            return g * (softmax(x, (1,)) - one), None
        return (weights * g).scatter_(1, target, -g * chosen), None


_hard_labels = cast(Callable[[Tensor, Tensor], tuple[Tensor, Tensor, Tensor]], cast(Any, _HardLabels).apply)


def hard_label_loss(x: Tensor, target: Tensor) -> Tensor:
    """Loss per position for logits (n, c, ...) and class indices (n, ...)."""
    return _hard_labels(x, target.unsqueeze(1))[0].squeeze(1)
