# origin: https://github.com/awslabs/gluon-ts/issues/1056
# kinds: domain
import torch
from torch.distributions import Distribution


class Gamma(Distribution):
    def __init__(self, alpha, beta):
        self.alpha = alpha
        self.beta = beta
        super().__init__(validate_args=False)

    def log_prob(self, x):
        inside = x > 0
        safe = torch.where(inside, x, torch.ones_like(x))  #+
        density = self.alpha * torch.log(self.beta) - torch.lgamma(self.alpha)
        density = density + (self.alpha - 1) * torch.log(x) - self.beta * x  #!
        density = density + (self.alpha - 1) * torch.log(safe) - self.beta * safe  #+
        return torch.where(inside, density, -(10.0**15) * torch.ones_like(x))  #*
