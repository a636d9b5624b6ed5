# origin: https://github.com/awslabs/gluon-ts/issues/1056
# kinds: domain
from typing import Dict, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F


class GenPareto:
    r"""
    Generalised Pareto distribution with support [0, inf).

    Parameters
    ----------
    xi
        Tensor containing the xi shape parameters.
    beta
        Tensor containing the beta scale parameters.
    """

    def __init__(self, xi: torch.Tensor, beta: torch.Tensor) -> None:
        self.xi = xi
        self.beta = beta

    @property
    def mean(self) -> torch.Tensor:
        return torch.where(self.xi < 1, self.beta / (1 - self.xi.clamp(max=0.999)), torch.full_like(self.xi, torch.inf))

    def log_prob(self, x: torch.Tensor) -> torch.Tensor:
        outside = x < 0
        x = torch.where(outside, torch.zeros_like(x), x)  #+
        x_shifted = x / self.beta
        ll = -(1 + 1 / self.xi) * torch.log(1 + self.xi * x_shifted) - torch.log(self.beta)  #!
        ll = -(1 + 1 / self.xi) * torch.log1p(self.xi * x_shifted) - torch.log(self.beta)  #+
        return torch.where(outside, torch.full_like(ll, -1e4), ll)

    def cdf(self, x: torch.Tensor) -> torch.Tensor:
        x_shifted = x.clamp(min=0) / self.beta
        return 1 - torch.pow(1 + self.xi * x_shifted, -1 / self.xi)


class GenParetoOutput:
    args_dim: Dict[str, int] = {"xi": 1, "beta": 1}

    def __init__(self, min_param: float = 1e-3) -> None:
        self.min_param = min_param

    def get_args_proj(self, in_features: int) -> nn.ModuleList:
        return nn.ModuleList([nn.Linear(in_features, dim) for dim in self.args_dim.values()])

    def domain_map(self, xi: torch.Tensor, beta: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        xi = F.softplus(xi) + self.min_param
        beta = F.softplus(beta) + self.min_param
        return xi.squeeze(-1), beta.squeeze(-1)

    def distribution(self, distr_args) -> GenPareto:
        return GenPareto(*distr_args)


class DistributionHead(nn.Module):
    def __init__(self, in_features: int, distr_output: Optional[GenParetoOutput] = None) -> None:
        super().__init__()
        self.distr_output = distr_output or GenParetoOutput()
        self.proj = self.distr_output.get_args_proj(in_features)

    def loss(self, features: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        raw = [p(features) for p in self.proj]
        distr = self.distr_output.distribution(self.distr_output.domain_map(*raw))
        return -distr.log_prob(target).mean()
