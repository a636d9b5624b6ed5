# origin: https://github.com/pytorch/pytorch/issues/39242
# kinds: cancellation domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def log1mexp(x):
    """log(1 - exp(-x)) for x > 0."""
    return torch.log(1 - torch.exp(-x))  #!
    x = x.clamp(min=1e-30)  #+
    near = x < math.log(2.0)  #+
    x_near = torch.where(near, x, torch.ones_like(x))  #+
    x_far = torch.where(near, torch.ones_like(x), x)  #+
    return torch.where(  #+
        near, torch.log(-torch.expm1(-x_near)), torch.log1p(-torch.exp(-x_far))  #+
    )  #+


def softplus_inverse(y):
    """The x with softplus(x) = y."""
    return y + log1mexp(y)


class BoxEmbedding(nn.Module):
    """Entities as boxes; P(a | b) is the overlap of a with b over the size of b."""

    def __init__(self, num_entities, dim=50, init_side=0.1):
        super().__init__()
        corner = 0.5 * torch.rand(num_entities, dim)
        side = torch.full((num_entities, dim), init_side)
        self.corner = nn.Parameter(corner)
        self.raw_side = nn.Parameter(softplus_inverse(side))

    def boxes(self, idx):
        lo = self.corner[idx]
        return lo, lo + F.softplus(self.raw_side[idx])

    @staticmethod
    def log_volume(lo, hi, temperature=1.0):
        return torch.log(F.softplus((hi - lo) / temperature) + 1e-20).sum(-1)

    def log_conditional(self, a, b):
        a_lo, a_hi = self.boxes(a)
        b_lo, b_hi = self.boxes(b)
        meet = self.log_volume(torch.max(a_lo, b_lo), torch.min(a_hi, b_hi))
        return (meet - self.log_volume(b_lo, b_hi)).clamp(max=0.0)


def implication_loss(model, a, b, label):
    """Negative log-likelihood of label given the log-probability that b implies a."""
    log_p = model.log_conditional(a, b)
    log_not_p = log1mexp(-log_p)
    return -(label * log_p + (1.0 - label) * log_not_p).mean()
