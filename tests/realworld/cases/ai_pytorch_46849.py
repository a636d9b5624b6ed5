# origin: https://github.com/pytorch/pytorch/issues/46849
# kinds: overflow domain
import warnings
from typing import Iterable, Union

import torch

_tensor_or_tensors = Union[torch.Tensor, Iterable[torch.Tensor]]


def clip_grad_norm_(
    parameters: _tensor_or_tensors, max_norm: float, norm_type: float = 2.0,
    error_if_nonfinite: bool = True,  #+
) -> torch.Tensor:
    r"""Clips gradient norm of an iterable of parameters.

    The norm is computed over all gradients together, as if they were
    concatenated into a single vector. Gradients are modified in-place.

    Returns:
        Total norm of the parameters (viewed as a single vector).
    """
    if isinstance(parameters, torch.Tensor):
        parameters = [parameters]
    parameters = [p for p in parameters if p.grad is not None]
    max_norm = float(max_norm)
    norm_type = float(norm_type)
    if len(parameters) == 0:
        return torch.tensor(0.)
    device = parameters[0].grad.device
    if norm_type == float('inf'):
        total_norm = max(p.grad.detach().abs().max().to(device) for p in parameters)
    else:
        norms = [torch.norm(p.grad.detach(), norm_type).to(device) for p in parameters]
        total_norm = torch.norm(torch.stack(norms), norm_type)
    if error_if_nonfinite and not torch.isfinite(total_norm):  #+
        raise RuntimeError(  #+
            f'The total norm of order {norm_type} for gradients is non-finite, so it cannot be clipped'  #+
        )  #+
    clip_coef = max_norm / (total_norm + 1e-6)
    if clip_coef < 1:
        for p in parameters:
            p.grad.detach().mul_(clip_coef.to(p.grad.device))  #*
    return total_norm


def clip_grad_norm(parameters, max_norm, norm_type=2):
    warnings.warn("clip_grad_norm is now deprecated in favor of clip_grad_norm_.", stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type)


def clip_grad_value_(parameters: _tensor_or_tensors, clip_value: float) -> None:
    r"""Clips gradient of an iterable of parameters at specified value."""
    if isinstance(parameters, torch.Tensor):
        parameters = [parameters]
    clip_value = float(clip_value)
    for p in filter(lambda p: p.grad is not None, parameters):
        p.grad.data.clamp_(min=-clip_value, max=clip_value)
