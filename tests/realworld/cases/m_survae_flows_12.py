# origin: https://github.com/didriknielsen/survae_flows/pull/12
# kinds: domain underflow cancellation
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
    def __init__(self, eps=1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        z = torch.tanh(x)
        ldj = sum_except_batch(torch.log(1 - z ** 2))  #!
        ldj = sum_except_batch(2.0 * (math.log(2.0) - x - F.softplus(-2.0 * x)))  #+
        return z, ldj

    def inverse(self, z):
        z = z.clamp(min=-1.0 + self.eps, max=1.0 - self.eps)
        return torch.atanh(z)


class Flow(nn.Module):
    def __init__(self, base_dist, transforms):
        super().__init__()
        self.base_dist = base_dist
        self.transforms = nn.ModuleList(transforms)

    def sample_with_log_prob(self, num_samples):
        z = self.base_dist.sample((num_samples,))
        log_prob = sum_except_batch(self.base_dist.log_prob(z))
        for transform in self.transforms:
            z, ldj = transform(z)
            log_prob = log_prob - ldj
        return z, log_prob
