# origin: https://github.com/bayesiains/nflows/pull/71
# kinds: cancellation domain
import numpy as np
import torch
from torch.nn import functional as F

DEFAULT_MIN_BIN_WIDTH = 1e-3
DEFAULT_MIN_BIN_HEIGHT = 1e-3
DEFAULT_MIN_DERIVATIVE = 1e-3


def searchsorted(bin_locations, inputs, eps=1e-6):
    bin_locations = bin_locations.clone()
    bin_locations[..., -1] += eps
    return torch.sum(inputs[..., None] >= bin_locations, dim=-1) - 1


def _knots(unnormalized, min_size, low, high):
    num_bins = unnormalized.shape[-1]
    sizes = min_size + (1 - min_size * num_bins) * F.softmax(unnormalized, dim=-1)
    cum = F.pad(torch.cumsum(sizes, dim=-1), pad=(1, 0), mode="constant", value=0.0)
    cum = (high - low) * cum + low
    return cum, cum[..., 1:] - cum[..., :-1]


def rational_quadratic_spline(inputs, unnormalized_widths, unnormalized_heights, unnormalized_derivatives,
                              inverse=False, left=0.0, right=1.0, bottom=0.0, top=1.0):
    if torch.min(inputs) < left or torch.max(inputs) > right:
        raise ValueError("Input outside domain")

    cumwidths, widths = _knots(unnormalized_widths, DEFAULT_MIN_BIN_WIDTH, left, right)
    cumheights, heights = _knots(unnormalized_heights, DEFAULT_MIN_BIN_HEIGHT, bottom, top)
    derivatives = DEFAULT_MIN_DERIVATIVE + F.softplus(unnormalized_derivatives)

    bin_idx = searchsorted(cumheights if inverse else cumwidths, inputs)[..., None]

    def pick(values):
        return values.gather(-1, bin_idx)[..., 0]

    input_cumwidths, input_bin_widths = pick(cumwidths), pick(widths)
    input_cumheights, input_heights = pick(cumheights), pick(heights)
    input_delta = pick(heights / widths)
    d0, d1 = pick(derivatives), pick(derivatives[..., 1:])
    curvature = d0 + d1 - 2 * input_delta

    if inverse:
        a = (inputs - input_cumheights) * curvature + input_heights * (input_delta - d0)
        b = input_heights * d0 - (inputs - input_cumheights) * curvature
        c = -input_delta * (inputs - input_cumheights)

        discriminant = b.pow(2) - 4 * a * c  #!
        discriminant = b.pow(2) - 4 * a * c  #+
        assert (discriminant >= 0).all()  #-
        eps, tiny = torch.finfo(b.dtype).eps, torch.finfo(b.dtype).tiny  #+
        discriminant = torch.maximum(discriminant, (eps * b.pow(2) + tiny).detach())  #+
        root = (2 * c) / (-b - torch.sqrt(discriminant))  #!
        root = (2 * c) / (-b - torch.sqrt(discriminant))  #+
        theta = root
        outputs = root * input_bin_widths + input_cumwidths
    else:
        theta = (inputs - input_cumwidths) / input_bin_widths
        ratio = input_delta * theta.pow(2) + d0 * theta * (1 - theta)
        outputs = input_cumheights + input_heights * ratio / (input_delta + curvature * theta * (1 - theta))

    theta_one_minus_theta = theta * (1 - theta)
    denominator = input_delta + curvature * theta_one_minus_theta
    slope = d1 * theta.pow(2) + 2 * input_delta * theta_one_minus_theta + d0 * (1 - theta).pow(2)
    logabsdet = 2 * torch.log(input_delta) + torch.log(slope) - 2 * torch.log(denominator)
    return outputs, -logabsdet if inverse else logabsdet
