# origin: https://github.com/pytorch/pytorch/pull/4517
# kinds: domain
from numbers import Number

import torch
from torch.distributions import constraints
from torch.distributions.distribution import Distribution


class Gumbel(Distribution):
    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    has_rsample = True

    def __init__(self, loc, scale):
        self.loc = torch.as_tensor(loc, dtype=torch.float32)
        self.scale = torch.as_tensor(scale, dtype=torch.float32)
        if isinstance(loc, Number) and isinstance(scale, Number):
            batch_shape = torch.Size()
        else:
            batch_shape = self.scale.size()
        super().__init__(batch_shape, validate_args=False)

    def rsample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        uni_dist = self.scale.new_empty(shape).uniform_()
        uni_dist = uni_dist.clamp(torch.finfo(torch.float32).tiny, 1 - torch.finfo(torch.float32).eps)  #+
        return self.loc - self.scale * torch.log(-uni_dist.log())  #*

    def log_prob(self, value):
        z = (value - self.loc) / self.scale
        return -(self.scale.log() + z + torch.exp(-z))


def gumbel_top_k(logits, k):
    noise = Gumbel(torch.zeros_like(logits), torch.ones_like(logits)).rsample()
    return (logits + noise).topk(k, dim=-1)


def sampled_log_likelihood(loc, scale, n=1024):
    dist = Gumbel(loc, scale)
    samples = dist.rsample((n,))
    return samples, dist.log_prob(samples).mean(0)
