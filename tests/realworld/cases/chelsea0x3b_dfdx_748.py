# origin: https://github.com/chelsea0x3b/dfdx/issues/748
# kinds: overflow precision
import torch


def mean_over(x, axis):
    """Mean of a half tensor."""
    values = x.half()
    total = values.sum(dim=axis)  #!
    total = values.float().sum(dim=axis)  #+
    count = values.shape[axis]
    return total / count


def image_mean(images):
    flat = images.reshape(images.shape[0], -1)
    return mean_over(flat, 1)
