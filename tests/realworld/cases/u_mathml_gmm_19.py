# origin: https://github.com/krishnonwork/mathematical-methods-in-deep-learning-ipython/pull/19
# kinds: underflow domain
import torch
from torch.distributions import MultivariateNormal


class GMM:
    def __init__(self, X, K, eps=1e-6):
        self.X = X
        self.K = K
        self.eps = eps
        n, d = X.shape
        self.pi = torch.full((K,), 1.0 / K)
        self.mu = X[torch.randperm(n)[:K]].clone()
        self.sigma = torch.eye(d).repeat(K, 1, 1) * X.var()

    def e_step(self):
        scores = torch.zeros(self.X.shape[0], self.K)
        for k in range(self.K):
            component = MultivariateNormal(self.mu[k], self.sigma[k])
            scores[:, k] = self.pi[k] * torch.exp(component.log_prob(self.X))  #!
            scores[:, k] = torch.log(self.pi[k]) + component.log_prob(self.X)  #+
        gamma = scores / scores.sum(dim=1, keepdim=True)  #!
        log_likelihood = torch.log(scores.sum(dim=1)).sum()  #-
        gamma = torch.softmax(scores, dim=1)  #+
        log_likelihood = torch.logsumexp(scores, dim=1).sum()  #+
        return gamma, log_likelihood

    def m_step(self, gamma):
        n, d = self.X.shape
        weights = gamma.sum(dim=0) + self.eps
        self.pi = weights / weights.sum()
        self.mu = gamma.t() @ self.X / weights[:, None]
        for k in range(self.K):
            centred = self.X - self.mu[k]
            cov = (gamma[:, k, None] * centred).t() @ centred / weights[k]
            self.sigma[k] = cov + 1e-3 * torch.eye(d)

    def fit(self, num_iters=50, tol=1e-4):
        previous = -float("inf")
        for _ in range(num_iters):
            gamma, log_likelihood = self.e_step()
            self.m_step(gamma)
            if abs(log_likelihood.item() - previous) < tol:
                break
            previous = log_likelihood.item()
        return self
