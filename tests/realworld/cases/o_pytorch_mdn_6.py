# origin: https://github.com/sagelywizard/pytorch-mdn/issues/6
# kinds: underflow domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

ONEOVERSQRT2PI = 1.0 / math.sqrt(2 * math.pi)
LOG2PI = math.log(2 * math.pi)


class MDN(nn.Module):
    def __init__(self, in_features, out_features, num_gaussians):
        super().__init__()
        self.out_features = out_features
        self.num_gaussians = num_gaussians
        self.pi = nn.Linear(in_features, num_gaussians)
        self.sigma = nn.Linear(in_features, out_features * num_gaussians)
        self.mu = nn.Linear(in_features, out_features * num_gaussians)

    def forward(self, minibatch):
        pi_logits = self.pi(minibatch)
        sigma = F.softplus(self.sigma(minibatch)) + 1e-3
        sigma = sigma.view(-1, self.num_gaussians, self.out_features)
        mu = self.mu(minibatch).view(-1, self.num_gaussians, self.out_features)
        return pi_logits, sigma, mu


def gaussian_probability(sigma, mu, target):  #-
    target = target.unsqueeze(1).expand_as(sigma)  #-
    ret = ONEOVERSQRT2PI * torch.exp(-0.5 * ((target - mu) / sigma) ** 2) / sigma  #-
    return torch.prod(ret, 2)  #!
def log_gaussian_probability(sigma, mu, target):  #+
    target = target.unsqueeze(1).expand_as(sigma)  #+
    ret = -0.5 * ((target - mu) / sigma) ** 2 - torch.log(sigma) - 0.5 * LOG2PI  #+
    return torch.sum(ret, 2)  #+


def mdn_loss(pi_logits, sigma, mu, target):
    pi = F.softmax(pi_logits, dim=1)  #-
    prob = pi * gaussian_probability(sigma, mu, target)  #-
    nll = -torch.log(torch.sum(prob, dim=1))  #!
    log_pi = F.log_softmax(pi_logits, dim=1)  #+
    log_prob = log_pi + log_gaussian_probability(sigma, mu, target)  #+
    nll = -torch.logsumexp(log_prob, dim=1)  #+
    return torch.mean(nll)


def fit(model, optimizer, loader):
    for minibatch, labels in loader:
        optimizer.zero_grad()
        loss = mdn_loss(*model(minibatch), labels)
        loss.backward()
        optimizer.step()
