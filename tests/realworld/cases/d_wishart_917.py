# origin: https://github.com/cornellius-gp/gpytorch/issues/917
# kinds: cancellation precision
import torch
from torch.distributions import Distribution


class InverseWishartPrior(Distribution):
    def __init__(self, nu, K):
        self.nu = nu
        self.K = K
        self.n = K.shape[-1]
        super().__init__(validate_args=False)

    def log_prob(self, X):
        logdetp = torch.logdet(X)
        trace = torch.diagonal(torch.inverse(X) @ self.K, dim1=-2, dim2=-1).sum(-1)  #!
        trace = torch.diagonal(torch.linalg.solve(X, self.K), dim1=-2, dim2=-1).sum(-1)  #+
        return -0.5 * ((self.nu + 2 * self.n) * logdetp + trace)
