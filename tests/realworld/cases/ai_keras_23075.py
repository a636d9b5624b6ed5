# origin: https://github.com/keras-team/keras/issues/23075
# kinds: domain
import numpy as np
import torch

_EPSILON = 1e-7


def convert_to_tensor(x, dtype=None):
    if isinstance(x, torch.Tensor):
        return x if dtype is None else x.to(dtype)
    return torch.as_tensor(np.asarray(x), dtype=dtype or torch.float32)


def normalize(x, axis=-1, order=2, epsilon=None):
    """Normalizes `x` over the specified axis.

    Args:
        x: Input tensor.
        axis: The axis along which to perform normalization.
        order: The exponent value in the norm formulation.
        epsilon: A lower bound value for the norm. Defaults to `_EPSILON`.
    """
    if not isinstance(order, int) or not order >= 1:
        raise ValueError(f"Argument `order` must be an int >= 1. Received: {order}")
    x = convert_to_tensor(x)
    if epsilon is None:
        epsilon = _EPSILON
    if order == 2:
        # A special case: L2 normalization with `x * rsqrt(...)`
        # instead of `x / sqrt(...)`
        square_sum = torch.sum(torch.square(x), dim=axis, keepdim=True)
        inv_norm = torch.rsqrt(square_sum)  #!
        inv_norm = torch.minimum(inv_norm, torch.full_like(inv_norm, 1.0 / epsilon))  #-
        inv_norm = torch.rsqrt(torch.clamp(square_sum, min=epsilon**2))  #+
        return x * inv_norm
    norm = torch.linalg.vector_norm(x, ord=order, dim=axis, keepdim=True)
    return x / torch.clamp(norm, min=epsilon)


class UnitNormalization(torch.nn.Module):
    """Unit normalization layer: each row of the output has L2 norm 1."""

    def __init__(self, axis=-1):
        super().__init__()
        self.axis = axis

    def forward(self, inputs):
        return normalize(inputs, axis=self.axis, order=2)


def two_tower_scores(query_tower, item_tower, query, items):
    unit = UnitNormalization()
    q = unit(query_tower(query))
    i = unit(item_tower(items))
    return q @ i.T
