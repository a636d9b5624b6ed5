# origin: https://github.com/pytorch/pytorch/pull/92114
# kinds: precision cancellation overflow
from functools import wraps
from typing import Callable

import torch

TensorLikeType = torch.Tensor

__all__ = ["soft_margin_loss", "multilabel_soft_margin_loss", "margin_ranking_loss", "hinge_embedding_loss"]


def elementwise_type_promotion_wrapper(fn: Callable) -> Callable:
    """Promotes integer arguments to the default floating point type."""

    @wraps(fn)
    def _fn(input: TensorLikeType, target: TensorLikeType, *args, **kwargs):
        dtype = torch.promote_types(input.dtype, target.dtype)
        if not dtype.is_floating_point:
            dtype = torch.get_default_dtype()
        return fn(input.to(dtype), target.to(dtype), *args, **kwargs)

    return _fn


def _check_reduction_value(reduction: str) -> None:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


def _apply_loss_reduction(loss: TensorLikeType, reduction: str) -> TensorLikeType:
    if reduction == "sum":
        return torch.sum(loss)
    elif reduction == "mean":
        return torch.mean(loss)
    else:
        return loss


@elementwise_type_promotion_wrapper
def margin_ranking_loss(input: TensorLikeType, target: TensorLikeType, other: TensorLikeType, margin: float = 0.0,
                        reduction: str = "mean") -> TensorLikeType:
    _check_reduction_value(reduction)
    loss = torch.clamp_min(-target * (input - other) + margin, 0)
    return _apply_loss_reduction(loss, reduction)


@elementwise_type_promotion_wrapper
def hinge_embedding_loss(input: TensorLikeType, target: TensorLikeType, margin: float = 1.0,
                         reduction: str = "mean") -> TensorLikeType:
    _check_reduction_value(reduction)
    zeros = torch.zeros_like(input)
    output_margin = torch.where(target == 1, zeros, torch.clamp_min(margin - input, 0))
    output_self = torch.where(target == -1, zeros, input)
    return _apply_loss_reduction(output_margin + output_self, reduction)


@elementwise_type_promotion_wrapper
def soft_margin_loss(input: TensorLikeType, target: TensorLikeType, reduction: str = "mean") -> TensorLikeType:
    """
    Reference implementation of torch.nn.functional.soft_margin_loss
    """
    _check_reduction_value(reduction)
    loss = torch.log(1 + torch.exp(-input * target))  #!
    loss = torch.nn.functional.softplus(-input * target)  #+
    return _apply_loss_reduction(loss, reduction)


@elementwise_type_promotion_wrapper
def multilabel_soft_margin_loss(input: TensorLikeType, target: TensorLikeType, reduction: str = "mean") -> TensorLikeType:
    _check_reduction_value(reduction)
    logsigmoid = torch.nn.functional.logsigmoid
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    return _apply_loss_reduction(loss.mean(dim=-1), reduction)
