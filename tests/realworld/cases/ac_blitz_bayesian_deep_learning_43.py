# origin: https://github.com/piEsposito/blitz-bayesian-deep-learning/issues/43
# kinds: underflow domain domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class GaussianVariational(nn.Module):
    def __init__(self, mu, rho):
        super().__init__()
        self.mu = nn.Parameter(mu)
        self.rho = nn.Parameter(rho)
        self.register_buffer('eps_w', torch.zeros(self.mu.shape))

    def sample(self):
        self.eps_w = torch.randn_like(self.mu)
        self.sigma = F.softplus(self.rho) + 1e-6
        self.w = self.mu + self.sigma * self.eps_w
        return self.w

    def log_posterior(self):
        log_sqrt2pi = math.log(math.sqrt(2 * math.pi))
        log_posteriors = -log_sqrt2pi - torch.log(self.sigma) - (((self.w - self.mu) ** 2) / (2 * self.sigma ** 2)) - 0.5
        return log_posteriors.sum()


class ScaleMixturePrior(nn.Module):
    # Calculates a Scale Mixture Prior distribution for the prior part of the complexity cost
    def __init__(self, pi=1, sigma1=0.1, sigma2=0.002):
        super().__init__()
        self.pi = pi
        self.normal1 = torch.distributions.Normal(0, sigma1)
        self.normal2 = torch.distributions.Normal(0, sigma2)

    def log_prior(self, w):
        prob_n1 = torch.exp(self.normal1.log_prob(w))  #*
        prob_n2 = torch.exp(self.normal2.log_prob(w))  #*
        prior_pdf = (self.pi * prob_n1 + (1 - self.pi) * prob_n2)

        return (torch.log(prior_pdf) - 0.5).sum()  #!
        return (torch.log(prior_pdf + 1e-6) - 0.5).sum()  #+


class BayesianLinear(nn.Module):
    def __init__(self, in_features, out_features, posterior_mu_init=0, posterior_rho_init=-6.0):
        super().__init__()
        weight_mu = torch.empty(out_features, in_features).normal_(posterior_mu_init, 0.1)
        weight_rho = torch.empty(out_features, in_features).normal_(posterior_rho_init, 0.1)
        self.weight_sampler = GaussianVariational(weight_mu, weight_rho)
        self.weight_prior_dist = ScaleMixturePrior()
        self.log_prior = 0
        self.log_variational_posterior = 0

    def forward(self, x):
        w = self.weight_sampler.sample()
        self.log_variational_posterior = self.weight_sampler.log_posterior()
        self.log_prior = self.weight_prior_dist.log_prior(w)
        return F.linear(x, w)


def sample_elbo(model, layers, x, y, criterion, sample_nbr=3, complexity_cost_weight=1e-4):
    loss = 0
    for _ in range(sample_nbr):
        loss = loss + criterion(model(x), y)
        kl = sum(m.log_variational_posterior - m.log_prior for m in layers)
        loss = loss + kl * complexity_cost_weight
    return loss / sample_nbr
