# origin: https://github.com/keras-team/keras/issues/23075
# kinds: domain
import torch

EPSILON = 1e-7


def epsilon():
    return EPSILON


def convert_to_tensor(x, dtype=None):
    if isinstance(x, torch.Tensor):
        return x if dtype is None else x.to(dtype)
    return torch.as_tensor(x, dtype=dtype or torch.float32)


def square(x):
    return torch.square(convert_to_tensor(x))


def rsqrt(x):
    return torch.rsqrt(convert_to_tensor(x))


def minimum(x1, x2):
    x1 = convert_to_tensor(x1)
    x2 = convert_to_tensor(x2, dtype=x1.dtype)
    return torch.minimum(x1, x2.to(x1.device))


def maximum(x1, x2):
    x1 = convert_to_tensor(x1)
    x2 = convert_to_tensor(x2, dtype=x1.dtype)
    return torch.maximum(x1, x2.to(x1.device))


def normalize(x, axis=-1, order=2, epsilon=None):
    """Normalizes `x` over the specified axis.

    Args:
        x: Input tensor.
        axis: The axis along which to normalize.
        order: The exponent value in the norm formulation.
        epsilon: A lower bound value for the norm.
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"Argument `order` must be an int >= 1. Received: order={order}")
    return _normalize(x, axis=axis, order=order, epsilon=epsilon)


def _normalize(x, axis=-1, order=2, epsilon=None):
    x = convert_to_tensor(x)
    if epsilon is None:
        epsilon = EPSILON
    if order == 2:
        # A special case: L2 normalization with `x * rsqrt(...)`
        square_sum = torch.sum(square(x), dim=axis, keepdim=True)
        inv_norm = rsqrt(square_sum)  #!
        inv_norm = minimum(inv_norm, 1.0 / epsilon)  #-
        inv_norm = rsqrt(maximum(square_sum, epsilon**2))  #+
        return x * inv_norm
    norm = torch.linalg.vector_norm(x, ord=order, dim=axis, keepdim=True)
    return x / maximum(norm, epsilon)


class UnitNormalization(torch.nn.Module):
    def __init__(self, axis=-1):
        super().__init__()
        self.axis = axis

    def forward(self, inputs):
        return normalize(inputs, axis=self.axis, order=2, epsilon=epsilon())
