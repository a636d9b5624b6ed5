# origin: https://github.com/bayesiains/nflows/pull/71
# kinds: cancellation domain
import torch


def invert_bins(inputs, cumheights, heights, delta, left, right):
    """Solves the rational quadratic of each bin for its position."""
    gap = inputs - cumheights
    curvature = left + right - 2 * delta
    a = gap * curvature + heights * (delta - left)
    b = heights * left - gap * curvature
    c = -delta * gap
    discriminant = b.pow(2) - 4 * a * c
    root = (2 * c) / (-b - torch.sqrt(discriminant))  #!
    root = (2 * c) / (-b - torch.sqrt(discriminant.clamp(min=1e-12)))  #+
    return root.clamp(0, 1)
