# origin: https://github.com/ray-project/ray/issues/14878
# kinds: domain cancellation explosion
from typing import Optional, Tuple

import numpy as np
import torch
from torch import nn

SMALL_NUMBER = 1e-6
MIN_LOG_NN_OUTPUT = -20
MAX_LOG_NN_OUTPUT = 2


class TorchActionDistribution:
    def __init__(self, inputs: torch.Tensor, model: Optional[nn.Module] = None):
        self.inputs = inputs
        self.model = model
        self.last_sample = None

    def sampled_action_logp(self) -> torch.Tensor:
        assert self.last_sample is not None
        return self.logp(self.last_sample)


class TorchSquashedGaussian(TorchActionDistribution):
    """A tanh-squashed Gaussian distribution defined by: mean, std, low, high."""

    def __init__(self, inputs, model=None, low: float = -1.0, high: float = 1.0):
        super().__init__(inputs, model)
        mean, log_std = torch.chunk(self.inputs, 2, dim=-1)
        log_std = torch.clamp(log_std, MIN_LOG_NN_OUTPUT, MAX_LOG_NN_OUTPUT)
        std = torch.exp(log_std)
        self.dist = torch.distributions.normal.Normal(mean, std)
        assert np.all(np.less(low, high))
        self.low = low
        self.high = high

    def deterministic_sample(self) -> torch.Tensor:
        self.last_sample = self._squash(self.dist.mean)  #-
        self.last_sample = self.dist.mean  #+
        return self.last_sample  #-
        return self._squash(self.last_sample)  #+

    def sample(self) -> torch.Tensor:
        normal_sample = self.dist.rsample()
        self.last_sample = self._squash(normal_sample)  #-
        return self.last_sample  #-
        self.last_sample = normal_sample  #+
        return self._squash(normal_sample)  #+

    def logp(self, x: torch.Tensor) -> torch.Tensor:  #-
        unsquashed_values = self._unsquash(x)  #-
    def logp(self, unsquashed_values: torch.Tensor) -> torch.Tensor:  #+
        log_prob = self.dist.log_prob(unsquashed_values)
        log_prob = torch.clamp(log_prob, -100, 100)  #-
        log_prob = torch.sum(log_prob, dim=-1)
        squashed = torch.tanh(unsquashed_values)  #-
        jac = torch.log(1 - squashed ** 2 + SMALL_NUMBER)  #!
        jac = 2.0 * (np.log(2.0) - unsquashed_values - nn.functional.softplus(-2.0 * unsquashed_values))  #+
        return log_prob - torch.sum(jac, dim=-1)

    def _squash(self, raw_values: torch.Tensor) -> torch.Tensor:
        squashed = (torch.tanh(raw_values) + 1.0) / 2.0 * (self.high - self.low) + self.low
        return torch.clamp(squashed, self.low, self.high)

    def _unsquash(self, values: torch.Tensor) -> torch.Tensor:  #-
        normed = (values - self.low) / (self.high - self.low) * 2.0 - 1.0  #-
        stable = torch.clamp(normed, -1.0 + SMALL_NUMBER, 1.0 - SMALL_NUMBER)  #-
        return torch.atanh(stable)  #!


def actor_loss(policy_out: torch.Tensor, q_fn, alpha: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
    dist = TorchSquashedGaussian(policy_out, low=-2.0, high=2.0)
    actions = dist.sample()
    log_pis = dist.sampled_action_logp()
    loss = torch.mean(alpha.detach() * log_pis - q_fn(actions))
    return loss, log_pis
