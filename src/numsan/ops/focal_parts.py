"""The focal loss in eager mode on the CPU: cost and slope of both labels from the same exponentials."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._select import exchange_, has_nan, negative_, where
from numsan.ops.exact import normal, product, times
from numsan.ops.exponential_tables import exp_pair

FAR = 1e4  # from here on exp(-|x|) is 0, also times |x|


def mixed(yes: Tensor, no: Tensor, y: Tensor) -> Tensor:
    """y yes + (1 - y) no, where a label that does not count may cost anything."""
    return where(y == 0, 0.0, y * yes) + where(y == 1, 0.0, (1 - y) * no)


Four = tuple[Tensor, Tensor, Tensor, Tensor]


def _narrow(size: Tensor, gamma: float) -> Four:
    """Of the label against a logit of this size, and of the label it is for: cost, cost, slope, slope."""
    e = size.neg().exp_()
    log = torch.log1p(e)
    share = (e + 1).reciprocal_()
    below, against = e.mul_(share), size + log
    high = torch.exp(log * -gamma)
    near = size.clamp(max=FAR)
    low = torch.exp(near * -gamma).mul_(high)
    slope = near.add_(log).mul_(below).mul_(gamma).add_(share).mul_(high)
    other = share.mul_(log).mul_(gamma).add_(below).mul_(low)
    return against.mul_(high), log.mul_(low), slope, other


def _wide(size: Tensor, gamma: float) -> Four:
    """The same in float64, with what each step rounds away (`_low`) put back."""
    beyond = (size - FAR).clamp_(min=0)
    size = size.clamp(max=FAR)
    e, e_low = normal(*exp_pair(-size, torch.zeros_like(size)))
    whole = 1 + e
    rest = (e - (whole - 1)).add_(e_low)
    share = whole.reciprocal()
    back, error = product(share, whole)
    lost = (1 - back).sub_(error).addcmul_(rest, share, value=-1)
    share_low = share * lost
    log, log_low = normal(torch.log(whole), rest * share)
    high = torch.pow(share, gamma)
    high_low = (high * lost).mul_(gamma)
    below = times(share, share_low, e, e_low)
    against = size + log
    swapped = against - size
    against_low = (size - (against - swapped)).add_(log - swapped).add_(log_low)
    exponent, error = product(against, torch.full_like(size, gamma))
    error.add_(against_low, alpha=gamma)
    low, low_low = normal(*exp_pair(-exponent, -error))
    slope = (error * below).add_(share_low).addcmul_(exponent, below).add_(share)
    other = torch.add(below, share * log_low, alpha=gamma).addcmul_(share, log, value=gamma)
    return (
        times(against, against_low, high, high_low).add_(beyond),
        times(log, log_low, low, low_low),
        torch.addcmul(slope * high_low, slope, high),
        torch.addcmul(other * low_low, other, low),
    )


def eager_parts(x: Tensor, y: Tensor, gamma: float, yes: float, no: float) -> tuple[Tensor, Tensor, Tensor]:
    """Value and slopes from the same exponentials, float32 in float64."""
    wide, y = x.double(), y.double()
    cost, gain, slope, other = (_narrow if x.dtype == torch.float32 else _wide)(wide.abs(), gamma)
    left = negative_(wide.clone() if wide is x else wide)
    zero, one = exchange_(left, cost, gain)
    rise, fall = exchange_(left, slope, other)
    if (yes, no) != (1.0, 1.0):
        zero, one, rise, fall = zero * no, one * yes, rise * no, fall * yes
    rest = 1 - y
    value = (one * y).addcmul_(zero, rest)
    value = mixed(one, zero, y) if has_nan(value) else value
    parts = value, rise.mul_(rest).addcmul_(fall, y, value=-1), one.sub_(zero)
    return tuple(p.to(x.dtype) for p in parts)  # pyright: ignore[reportReturnType]
