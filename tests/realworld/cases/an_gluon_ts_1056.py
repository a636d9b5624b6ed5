# origin: https://github.com/awslabs/gluon-ts/issues/1056
# kinds: domain
from typing import Dict, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F


class Gamma:
    r"""
    Gamma distribution.

    Parameters
    ----------
    alpha
        Tensor containing the shape parameters.
    beta
        Tensor containing the rate parameters.
    """

    is_reparameterizable = False

    def __init__(self, alpha: torch.Tensor, beta: torch.Tensor) -> None:
        self.alpha = alpha
        self.beta = beta

    @property
    def batch_shape(self) -> Tuple:
        return self.alpha.shape

    @property
    def mean(self) -> torch.Tensor:
        return self.alpha / self.beta

    def log_prob(self, x: torch.Tensor) -> torch.Tensor:
        alpha, beta = self.alpha, self.beta

        def gamma_log_prob(x, alpha, beta):
            return (
                alpha * torch.log(beta)
                - torch.lgamma(alpha)
                + (alpha - 1) * torch.log(x)  #!
                + (alpha - 1) * torch.log(x)  #+
                - beta * x
            )

        inside = x > 0
        x = torch.where(inside, x, torch.ones_like(x))  #+
        lp = gamma_log_prob(x, alpha, beta)
        return torch.where(inside, lp, torch.full_like(lp, -1e8))

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        return -self.log_prob(x)


class GammaOutput(nn.Module):
    args_dim: Dict[str, int] = {"alpha": 1, "beta": 1}

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.proj = nn.ModuleList([nn.Linear(in_features, dim) for dim in self.args_dim.values()])

    @classmethod
    def domain_map(cls, alpha: torch.Tensor, beta: torch.Tensor):
        epsilon = 1e-6
        return tuple((F.softplus(t) + epsilon).squeeze(-1) for t in (alpha, beta))

    def forward(self, features: torch.Tensor, scale: Optional[torch.Tensor] = None) -> Gamma:
        alpha, beta = self.domain_map(*[layer(features) for layer in self.proj])
        if scale is not None:
            beta = beta / scale
        return Gamma(alpha, beta)


def weighted_average(loss: torch.Tensor, observed_values: torch.Tensor) -> torch.Tensor:
    weighted = torch.where(observed_values != 0, loss * observed_values, torch.zeros_like(loss))
    return weighted.sum() / observed_values.sum().clamp(min=1.0)
