# origin: https://github.com/pyro-ppl/pyro/pull/1943
# kinds: underflow precision vanishing
import math

import torch
import torch.nn as nn
from torch.distributions import Bernoulli, MultivariateNormal


class RBF(nn.Module):
    def __init__(self, variance=1.0, lengthscale=1.0):
        super().__init__()
        self.log_variance = nn.Parameter(torch.tensor(float(variance)).log())
        self.log_lengthscale = nn.Parameter(torch.tensor(float(lengthscale)).log())

    def forward(self, X, Z=None):
        Z = X if Z is None else Z
        scaled = (X[:, None, :] - Z[None, :, :]) / self.log_lengthscale.exp()
        return self.log_variance.exp() * torch.exp(-0.5 * scaled.pow(2).sum(-1))


class GPStateSpace(nn.Module):
    """Gaussian process transition with a Gaussian observation, marginalised over the latent state."""

    def __init__(self, kernel, X, noise=0.1, jitter=1e-4):
        super().__init__()
        self.kernel = kernel
        self.register_buffer("X", X)
        self.log_noise = nn.Parameter(torch.tensor(math.log(noise)))
        self.mean = nn.Parameter(torch.zeros(()))
        self.jitter = jitter

    def marginal(self):
        N = self.X.size(0)
        eye = torch.eye(N, dtype=self.X.dtype)
        cov = self.kernel(self.X) + (self.log_noise.exp() + self.jitter) * eye
        return MultivariateNormal(self.mean.expand(N), covariance_matrix=cov)

    def log_density(self, y):
        return self.marginal().log_prob(y)


class Trace:
    def __init__(self):
        self.sites = {}

    def observe(self, name, d, value):
        self.sites[name] = d.log_prob(value)

    def factor(self, name, log_factor):
        self.sites[name] = log_factor

    def log_prob_sum(self):
        return sum(site.sum() for site in self.sites.values())


def model(gp, trace, y):
    log_density = gp.log_density(y)
    likelihood = Bernoulli(probs=log_density.exp(), validate_args=False)  #!
    trace.observe("y", likelihood, torch.ones_like(log_density))  #-
    trace.factor("y", log_density)  #+
    trace.factor("prior", -0.5 * gp.mean.pow(2))


def train(gp, y, num_steps=100, lr=0.01):
    optimizer = torch.optim.Adam(gp.parameters(), lr=lr)
    losses = []
    for _ in range(num_steps):
        optimizer.zero_grad()
        trace = Trace()
        model(gp, trace, y)
        loss = -trace.log_prob_sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
