# origin: https://github.com/didriknielsen/survae_flows/pull/12
# kinds: domain cancellation
import math
import torch
import torch.nn as nn
import torch.nn.functional as F


def sum_except_batch(x):
    return x.reshape(x.shape[0], -1).sum(-1)


class Bijection(nn.Module):
    def forward(self, x):
        raise NotImplementedError

    def inverse(self, z):
        raise NotImplementedError


class Tanh(Bijection):
    """Elementwise squashing of the data into (-1, 1)."""

    def forward(self, x):
        z = torch.tanh(x)  #*
        ldj = sum_except_batch(torch.log(1 - z ** 2))  #!
        ldj = sum_except_batch(2 * (math.log(2.0) - x - F.softplus(-2 * x)))  #+
        return z, ldj

    def inverse(self, z):
        eps = 1e-6
        z = z.clamp(-1 + eps, 1 - eps)
        return 0.5 * (torch.log1p(z) - torch.log1p(-z))


class Flow(nn.Module):
    def __init__(self, base_dist, transforms):
        super().__init__()
        self.base_dist = base_dist
        self.transforms = nn.ModuleList(transforms)

    def log_prob(self, x):
        log_prob = torch.zeros(x.shape[0], device=x.device)
        for transform in self.transforms:
            x, ldj = transform(x)
            log_prob = log_prob + ldj
        return log_prob + sum_except_batch(self.base_dist.log_prob(x))
