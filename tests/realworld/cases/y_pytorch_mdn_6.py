# origin: https://github.com/sagelywizard/pytorch-mdn/issues/6
# kinds: underflow domain
import math

import torch
import torch.nn as nn

ONEOVERSQRT2PI = 1.0 / math.sqrt(2 * math.pi)
LOG2PI = math.log(2 * math.pi)


class MDN(nn.Module):
    """Maps features to the parameters of a mixture of diagonal Gaussians."""

    def __init__(self, in_features, out_features, num_gaussians):
        super().__init__()
        self.out_features = out_features
        self.num_gaussians = num_gaussians
        self.pi = nn.Sequential(nn.Linear(in_features, num_gaussians), nn.Softmax(dim=1))
        self.sigma = nn.Linear(in_features, out_features * num_gaussians)
        self.mu = nn.Linear(in_features, out_features * num_gaussians)

    def forward(self, minibatch):
        pi = self.pi(minibatch)
        sigma = nn.functional.softplus(self.sigma(minibatch)) + 1e-3
        sigma = sigma.view(-1, self.num_gaussians, self.out_features)
        mu = self.mu(minibatch).view(-1, self.num_gaussians, self.out_features)
        return pi, sigma, mu


def gaussian_probability(sigma, mu, target):  #-
    target = target.unsqueeze(1).expand_as(sigma)  #-
    ret = ONEOVERSQRT2PI * torch.exp(-0.5 * ((target - mu) / sigma) ** 2) / sigma  #!
    return torch.prod(ret, 2)  #!


def gaussian_log_probability(sigma, mu, target):  #+
    target = target.unsqueeze(1).expand_as(sigma)  #+
    ret = -0.5 * (((target - mu) / sigma) ** 2 + LOG2PI) - torch.log(sigma)  #+
    return torch.sum(ret, 2)  #+


def mdn_loss(pi, sigma, mu, target):
    prob = pi * gaussian_probability(sigma, mu, target)  #!
    nll = -torch.log(torch.sum(prob, dim=1))  #!
    log_prob = torch.log(pi.clamp(min=1e-20)) + gaussian_log_probability(sigma, mu, target)  #+
    nll = -torch.logsumexp(log_prob, dim=1)  #+
    return torch.mean(nll)


def train_epoch(model, optimizer, loader):
    for minibatch, labels in loader:
        optimizer.zero_grad()
        pi, sigma, mu = model(minibatch)
        loss = mdn_loss(pi, sigma, mu, labels)
        loss.backward()
        optimizer.step()
