# origin: https://github.com/bayesiains/nflows/pull/71
# kinds: cancellation domain
import torch
from torch.nn import functional as F

DEFAULT_MIN_BIN_WIDTH = 1e-3
DEFAULT_MIN_BIN_HEIGHT = 1e-3
DEFAULT_MIN_DERIVATIVE = 1e-3


class InputOutsideDomain(Exception):
    """Exception to be thrown when the input to a transform is not within its domain."""


def searchsorted(bin_locations, inputs, eps=1e-6):
    bin_locations = bin_locations.clone()
    bin_locations[..., -1] += eps
    return torch.sum(inputs[..., None] >= bin_locations, dim=-1) - 1


def _bins(unnormalized, minimum, left, right):
    num_bins = unnormalized.shape[-1]
    sizes = F.softmax(unnormalized, dim=-1)
    sizes = minimum + (1 - minimum * num_bins) * sizes
    edges = F.pad(torch.cumsum(sizes, dim=-1), pad=(1, 0), mode="constant", value=0.0)
    edges = (right - left) * edges + left
    edges[..., 0] = left
    edges[..., -1] = right
    return edges, edges[..., 1:] - edges[..., :-1]


def rational_quadratic_spline_inverse(
    inputs, unnormalized_widths, unnormalized_heights, unnormalized_derivatives,
    left=0.0, right=1.0, bottom=0.0, top=1.0,
):
    if torch.min(inputs) < bottom or torch.max(inputs) > top:
        raise InputOutsideDomain()

    cumwidths, widths = _bins(unnormalized_widths, DEFAULT_MIN_BIN_WIDTH, left, right)
    cumheights, heights = _bins(unnormalized_heights, DEFAULT_MIN_BIN_HEIGHT, bottom, top)
    derivatives = DEFAULT_MIN_DERIVATIVE + F.softplus(unnormalized_derivatives)

    bin_idx = searchsorted(cumheights, inputs)[..., None]
    input_cumwidths = cumwidths.gather(-1, bin_idx)[..., 0]
    input_bin_widths = widths.gather(-1, bin_idx)[..., 0]
    input_cumheights = cumheights.gather(-1, bin_idx)[..., 0]
    input_heights = heights.gather(-1, bin_idx)[..., 0]
    input_delta = (heights / widths).gather(-1, bin_idx)[..., 0]
    input_derivatives = derivatives.gather(-1, bin_idx)[..., 0]
    input_derivatives_plus_one = derivatives[..., 1:].gather(-1, bin_idx)[..., 0]

    slope_sum = input_derivatives + input_derivatives_plus_one - 2 * input_delta
    a = (inputs - input_cumheights) * slope_sum + input_heights * (input_delta - input_derivatives)
    b = input_heights * input_derivatives - (inputs - input_cumheights) * slope_sum
    c = -input_delta * (inputs - input_cumheights)

    discriminant = b.pow(2) - 4 * a * c  #*
    floor = 1e-12 + 1e-7 * b.detach().pow(2)  #+
    discriminant = torch.maximum(discriminant, floor)  #+
    root = (2 * c) / (-b - torch.sqrt(discriminant))  #*
    root = root.clamp(0.0, 1.0)  #+
    outputs = root * input_bin_widths + input_cumwidths

    theta_one_minus_theta = root * (1 - root)
    denominator = input_delta + slope_sum * theta_one_minus_theta
    derivative_numerator = input_delta.pow(2) * (
        input_derivatives_plus_one * root.pow(2)
        + 2 * input_delta * theta_one_minus_theta
        + input_derivatives * (1 - root).pow(2)
    )
    logabsdet = torch.log(derivative_numerator) - 2 * torch.log(denominator)
    return outputs, -logabsdet
