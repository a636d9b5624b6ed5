# origin: https://github.com/keras-team/keras/issues/23075
# kinds: domain
import torch

_EPSILON = 1e-7


def epsilon():
    return _EPSILON


def convert_to_tensor(x, dtype=None):
    if isinstance(x, torch.Tensor):
        return x if dtype is None else x.to(dtype)
    return torch.as_tensor(x, dtype=dtype or torch.float32)


def standardize_axis(axis, ndim):
    if isinstance(axis, int):
        axis = (axis,)
    return tuple(a % ndim for a in axis)


def normalize(x, axis=-1, order=2, epsilon=None):
    """Normalizes `x` over the specified axis.

    Args:
        x: Input tensor.
        axis: The axis or axes along which to perform normalization.
        order: The exponent value in the norm formulation.
        epsilon: A lower bound value for the norm.
    """
    x = convert_to_tensor(x)
    axis = standardize_axis(axis, x.ndim)
    if epsilon is None:
        epsilon = _EPSILON
    if order == 2:
        square_sum = torch.sum(torch.square(x), dim=axis, keepdim=True)
        inv_norm = torch.rsqrt(square_sum)  #!
        inv_norm = torch.clamp(inv_norm, max=1.0 / epsilon)  #-
        inv_norm = torch.rsqrt(torch.clamp(square_sum, min=epsilon**2))  #+
        return x * inv_norm
    norm = torch.linalg.vector_norm(x, ord=order, dim=axis, keepdim=True)
    return x / torch.clamp(norm, min=epsilon)


class UnitNormalization(torch.nn.Module):
    """Scales each input sample so that its L2 norm is 1."""

    def __init__(self, axis=-1):
        super().__init__()
        if not isinstance(axis, (int, list, tuple)):
            raise TypeError(f"Invalid value for `axis` argument: {axis}")
        self.axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis

    def forward(self, inputs):
        return normalize(inputs, axis=self.axis, order=2)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)
