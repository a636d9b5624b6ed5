# origin: https://github.com/bayesiains/nflows/pull/71
# kinds: cancellation domain
import torch
import torch.nn.functional as F

DEFAULT_MIN_BIN_WIDTH = 1e-3
DEFAULT_MIN_DERIVATIVE = 1e-3


def searchsorted(bin_locations, inputs, eps=1e-6):
    edges = torch.cat([bin_locations[..., :-1], bin_locations[..., -1:] + eps], dim=-1)
    return torch.sum(inputs[..., None] >= edges, dim=-1) - 1


def _knots(unnormalized, left, right, min_size):
    num_bins = unnormalized.shape[-1]
    sizes = F.softmax(unnormalized, dim=-1)
    sizes = min_size + (1 - min_size * num_bins) * sizes
    cum = F.pad(torch.cumsum(sizes, dim=-1), pad=(1, 0), mode="constant", value=0.0)
    cum = (right - left) * cum + left
    return cum, cum[..., 1:] - cum[..., :-1]


def _pick(values, idx):
    return values.gather(-1, idx)[..., 0]


def inverse_rational_quadratic_spline(
    inputs,
    unnormalized_widths,
    unnormalized_heights,
    unnormalized_derivatives,
    left=0.0,
    right=1.0,
    min_derivative=DEFAULT_MIN_DERIVATIVE,
):
    cumwidths, widths = _knots(unnormalized_widths, left, right, DEFAULT_MIN_BIN_WIDTH)
    cumheights, heights = _knots(unnormalized_heights, left, right, DEFAULT_MIN_BIN_WIDTH)
    derivatives = min_derivative + F.softplus(unnormalized_derivatives)

    bin_idx = searchsorted(cumheights, inputs)[..., None]
    input_cumwidths, input_bin_widths = _pick(cumwidths, bin_idx), _pick(widths, bin_idx)
    input_cumheights, input_heights = _pick(cumheights, bin_idx), _pick(heights, bin_idx)
    input_delta = input_heights / input_bin_widths
    input_derivatives = _pick(derivatives, bin_idx)
    input_derivatives_plus_one = _pick(derivatives[..., 1:], bin_idx)

    curvature = input_derivatives + input_derivatives_plus_one - 2 * input_delta
    offset = inputs - input_cumheights
    a = offset * curvature + input_heights * (input_delta - input_derivatives)
    b = input_heights * input_derivatives - offset * curvature
    c = -input_delta * offset

    discriminant = b.pow(2) - 4 * a * c  #!
    assert (discriminant >= 0).all()  #-
    discriminant = b.pow(2) - 4 * a * c  #+
    discriminant = torch.maximum(discriminant, 1e-7 * b.pow(2))  #+
    root = (2 * c) / (-b - torch.sqrt(discriminant))  #*
    outputs = root * input_bin_widths + input_cumwidths

    theta_one_minus_theta = root * (1 - root)
    denominator = input_delta + curvature * theta_one_minus_theta
    derivative_numerator = input_delta.pow(2) * (
        input_derivatives_plus_one * root.pow(2)
        + 2 * input_delta * theta_one_minus_theta
        + input_derivatives * (1 - root).pow(2)
    )
    logabsdet = torch.log(derivative_numerator) - 2 * torch.log(denominator)
    return outputs, -logabsdet
