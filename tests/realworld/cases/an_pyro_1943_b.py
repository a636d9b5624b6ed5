# origin: https://github.com/pyro-ppl/pyro/pull/1943
# kinds: underflow overflow vanishing precision
import torch
import torch.nn as nn
from torch.distributions import Bernoulli, MultivariateNormal  #-
from torch.distributions import MultivariateNormal  #+


class RBF(nn.Module):
    def __init__(self, variance=1.0, lengthscale=1.0):
        super().__init__()
        self.log_variance = nn.Parameter(torch.tensor(variance).log())
        self.log_lengthscale = nn.Parameter(torch.tensor(lengthscale).log())

    def forward(self, X, Z=None):
        Z = X if Z is None else Z
        scaled = (X.unsqueeze(1) - Z.unsqueeze(0)) / self.log_lengthscale.exp()
        return self.log_variance.exp() * torch.exp(-0.5 * scaled.pow(2).sum(-1))


class Trace:
    """Collects the log densities of the sites of one model run."""

    def __init__(self):
        self.sites = {}

    def sample(self, name, dist, obs):
        self.sites[name] = dist.log_prob(obs)
        return obs

    def factor(self, name, log_factor):
        self.sites[name] = log_factor
        return log_factor

    def log_joint(self):
        return sum(site.sum() for site in self.sites.values())


class GPRegression(nn.Module):
    def __init__(self, X, y, kernel, noise=0.1, jitter=1e-5):
        super().__init__()
        self.X = X
        self.y = y
        self.kernel = kernel
        self.jitter = jitter
        self.log_noise = nn.Parameter(torch.tensor(noise).log())

    def model(self, trace):
        N = self.X.size(0)
        Kff = self.kernel(self.X)
        Kff = Kff + torch.eye(N) * (self.jitter + self.log_noise.exp())
        Lff = torch.linalg.cholesky(Kff)
        density = MultivariateNormal(self.X.new_zeros(N), scale_tril=Lff).log_prob(self.y)
        # the density enters the trace through an auxiliary observed site
        likelihood = Bernoulli(probs=torch.exp(density).clamp(max=1.0))  #!
        trace.sample("y", likelihood, torch.ones(()))  #-
        trace.factor("y", density)  #+
        return Lff


def train(gp, optimizer, num_steps=100):
    losses = []
    for _ in range(num_steps):
        optimizer.zero_grad()
        trace = Trace()
        gp.model(trace)
        loss = -trace.log_joint()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
