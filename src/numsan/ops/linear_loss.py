"""Cross entropy of a linear layer without ever holding all logits: chunks of rows, or tiles of rows and
classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._pointwise import floating, wide
from numsan.ops.classification import Reduction, check_labels, cross_entropy
from numsan.ops.linear_blocks import Rows, Setting, accumulate, gradient_in_place, one_pass, zeros


def _once() -> None:
    if torch.is_grad_enabled():
        raise RuntimeError(
            "linear_cross_entropy has one derivative when chunked or tiled: use chunk=None for more"
        )


class _Chunked(Function):
    """The gradient is formed while the logits of a chunk are at hand (Liger); backward only scales it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, *rest: Any) -> Tensor:
        target, scale, s, chunk = cast(tuple[Tensor, Tensor, Setting, int], rest)
        wanted = any(ctx.needs_input_grad[:3])
        grads, total = (zeros(x, weight, bias) if wanted else None), x.new_zeros((), dtype=torch.float32)
        for first in range(0, len(x), chunk):
            rows, every = slice(first, first + chunk), slice(None)
            r = one_pass(x[rows], weight, bias, target[rows], s, len(weight))
            total = total + torch.where(scale[rows] == 0, 0.0, r.loss * scale[rows]).sum()
            if grads and r.probabilities is not None:
                dz = gradient_in_place(r.probabilities, r.cap, r.hidden, 0, target[rows], scale[rows], r, s)
                accumulate(grads, rows, every, dz, x, weight)
        ctx.grads = grads
        return total

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Any:
        _once()
        if ctx.grads is None:
            raise RuntimeError(
                "linear_cross_entropy: the gradient is handed out, use chunk=None to go backward twice"
            )
        grads, ctx.grads = ctx.grads, None
        return (*(None if g is None else g.mul_(grad_outputs[0]) for g in grads), None, None, None, None)


class _Tiled(Function):
    """Only the log-sum-exp of each row is kept; logits are formed again, tile by tile, in backward (CCE)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, *rest: Any) -> Tensor:
        target, scale, s, tile = cast(tuple[Tensor, Tensor, Setting, tuple[int, int]], rest)
        parts = [
            one_pass(x[i : i + tile[0]], weight, bias, target[i : i + tile[0]], s, tile[1])
            for i in range(0, len(x), tile[0])
        ]
        losses, log_total, possible = (
            torch.cat([getattr(p, name) for p in parts]) for name in ("loss", "log_total", "possible")
        )
        ctx.save_for_backward(x, weight, bias, target, scale, log_total, possible)
        ctx.setting, ctx.tile = s, tile
        return torch.where(scale == 0, 0.0, losses * scale)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Any:
        _once()
        x, weight, bias, target, scale, log_total, possible = ctx.saved_tensors
        s, (n, v) = cast(Setting, ctx.setting), ctx.tile
        grads, upstream = zeros(x, weight, bias), grad_outputs[0] * scale
        for i in range(0, len(x), n):
            rows = slice(i, i + n)
            known = Rows(log_total[rows], log_total[rows], possible[rows])
            for j in range(0, len(weight), v):
                classes = slice(j, j + v)
                z, cap = s.logits(x[rows], weight[classes], None if bias is None else bias[classes])
                hidden = z == -torch.inf if s.smoothing else None
                p = z.sub_(known.log_total.unsqueeze(1)).exp_()
                dz = gradient_in_place(p, cap, hidden, j, target[rows], upstream[rows], known, s)
                accumulate(grads, rows, classes, dz, x, weight)
        return (*grads, None, None, None, None)


_chunked = cast(Callable[..., Tensor], cast(Any, _Chunked).apply)
_tiled = cast(Callable[..., Tensor], cast(Any, _Tiled).apply)


def linear_cross_entropy(
    x: Tensor,
    weight: Tensor,
    target: Tensor,
    bias: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
    z_loss: float = 0.0,
    softcap: float | None = None,
    chunk: int | None = 256,
    tile: tuple[int, int] | None = None,
) -> Tensor:
    r"""cross_entropy(x W^T + b, target) for x (n, d), W (c, d), class indices (n,), in O(chunk c) memory;
    float32 loss.

    `chunk` rows at a time, the gradient formed in forward (reductions "mean" and "sum", one backward); `tile`
    = (rows, classes), for example (256, 512), keeps only a tile and recomputes in backward (any reduction,
    slower); `chunk=None` forms all logits and has derivatives of any order. Half inputs are multiplied in
    float32. For plain hard labels in the input's format torch 2.13's `F.linear_cross_entropy(options=...)` is
    as good; it falls back to all logits for smoothing, and has no z-loss and no cap.

    >>> x, w = torch.tensor([[1.0, 0.0]]), torch.tensor([[1000.0, 0.0], [0.0, 1.0]])
    >>> linear_cross_entropy(x, w, torch.tensor([1])).item()
    1000.0

    References: Hsu et al., *Liger kernel*, 2024; Wijmans et al., *Cut your losses*, 2024 (arXiv:2411.09009).
    """
    x, weight = floating("linear_cross_entropy", x), floating("linear_cross_entropy", weight)
    if x.ndim != 2 or weight.ndim != 2 or x.shape[1] != weight.shape[1] or target.shape != x.shape[:1]:
        shapes = tuple(x.shape), tuple(weight.shape), tuple(target.shape)
        raise ValueError(f"linear_cross_entropy needs x (n, d), weight (c, d), target (n,), got {shapes}")
    check_labels("linear_cross_entropy", target, len(weight), None, label_smoothing)
    if reduction not in ("mean", "sum", "none") or target.is_floating_point():
        raise ValueError(f"linear_cross_entropy needs class indices and {reduction=} as mean, sum or none")
    if min(chunk or 1, *(tile or (1,))) < 1 or not (softcap is None or softcap > 0):
        raise ValueError(f"linear_cross_entropy needs positive {chunk=}, {tile=} and {softcap=}")
    valid = target != ignore_index
    # A compiled graph cannot look at the data; the gather in it checks the indices itself.
    if not torch.compiler.is_compiling() and bool((valid & ((target < 0) | (target >= len(weight)))).any()):
        raise IndexError(f"linear_cross_entropy: a target is outside 0..{len(weight) - 1}")
    s = Setting(label_smoothing, z_loss, softcap)
    with torch.autocast(x.device.type, enabled=False):
        a, w, b = wide(x), wide(weight), None if bias is None else wide(bias)
        if chunk is None and tile is None:
            return cross_entropy(
                a @ w.T if b is None else a @ w.T + b,
                target,
                ignore_index=ignore_index,
                reduction=reduction,
                label_smoothing=label_smoothing,
                z_loss=z_loss,
                softcap=softcap,
            )
        scale = valid.to(torch.float32)
        scale = scale / scale.sum().clamp(min=1) if reduction == "mean" else scale
        if tile is None and reduction != "none":
            return _chunked(a, w, b, target, scale, s, chunk)
        losses = _tiled(a, w, b, target, scale, s, tile or (chunk, len(weight)))
        return losses if reduction == "none" else losses.sum()
