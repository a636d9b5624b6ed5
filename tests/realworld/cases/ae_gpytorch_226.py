# origin: https://github.com/cornellius-gp/gpytorch/pull/226
# kinds: underflow overflow domain
import math

import torch
from torch.nn import Module


def is_valid_correlation_matrix(Sigma, tol=1e-6):
    """Check if supplied matrix is a valid correlation matrix"""
    pdef = torch.linalg.eigvalsh(Sigma).min() > 0
    return bool(pdef) and all(torch.abs(S - 1) < tol for S in Sigma.diag())


class LKJPrior(Module):
    """LKJ prior over n x n (positive definite) correlation matrices

    pdf(Sigma) ~ |Sigma| ** (eta  - 1)

    where eta > 0 is a shape parameter.
    """

    def __init__(self, n, eta):
        super().__init__()
        if not isinstance(n, int) or n < 1:
            raise ValueError("n must be a positive integer")
        eta = torch.as_tensor(float(eta)).view(1)
        # Normalization constant(s)
        i = torch.arange(n).float()
        C = (((2 * eta - 2 + i) * i).sum() * math.log(2) +
             n * torch.sum(2 * torch.lgamma(i / 2 + 1) - torch.lgamma(i + 2)))
        self.n = n
        self.register_buffer("eta", eta)
        self.register_buffer("C", C)

    def log_prob(self, parameter):
        if not is_valid_correlation_matrix(parameter):
            raise ValueError("Input is not a valid correlation matrix")
        return self.C + (self.eta - 1) * torch.log(torch.det(parameter))  #!
        logdet = 2 * torch.linalg.cholesky(parameter).diagonal().log().sum()  #+
        return self.C + (self.eta - 1) * logdet  #+


class LKJCovariancePrior(Module):
    """LKJCovariancePrior combines an LKJ prior over the correlation matrix and a
    user-specified prior over marginal standard deviations"""

    def __init__(self, n, eta, sd_prior):
        super().__init__()
        self.correlation_prior = LKJPrior(n=n, eta=eta)
        self.sd_prior = sd_prior

    def log_prob(self, parameter):
        marginal_var = parameter.diag()
        marginal_sd = marginal_var.sqrt()
        sd_diag_mat = torch.diag(1 / marginal_sd)
        correlations = sd_diag_mat @ parameter @ sd_diag_mat
        log_prob_corr = self.correlation_prior.log_prob(correlations)
        log_prob_sd = self.sd_prior.log_prob(marginal_sd)
        return log_prob_corr + log_prob_sd.sum()


def map_loss(L_factor, y, prior):
    covar = L_factor @ L_factor.t() + 1e-2 * torch.eye(len(L_factor))
    mvn = torch.distributions.MultivariateNormal(torch.zeros(len(L_factor)), covariance_matrix=covar)
    return -(mvn.log_prob(y).sum() + prior.log_prob(covar))
