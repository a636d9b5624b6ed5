# origin: https://github.com/ray-project/ray/issues/14878
# kinds: precision domain
import numpy as np
import torch
import torch.nn.functional as F

SMALL_NUMBER = 1e-6
MIN_LOG_NN_OUTPUT = -20
MAX_LOG_NN_OUTPUT = 2


class TorchSquashedGaussian:
    """A tanh-squashed Gaussian distribution defined by: mean, std, low, high."""

    def __init__(self, inputs, low=-1.0, high=1.0):
        mean, log_std = torch.chunk(inputs, 2, dim=-1)
        log_std = torch.clamp(log_std, MIN_LOG_NN_OUTPUT, MAX_LOG_NN_OUTPUT)
        self.dist = torch.distributions.normal.Normal(mean, torch.exp(log_std))
        assert np.all(np.less(low, high))
        self.low = low
        self.high = high
        self.mean = mean

    def deterministic_sample(self):
        return self._squash(self.mean)

    def sample(self):
        raw = self.dist.rsample()
        return self._squash(raw)  #-
        return self._squash(raw), raw  #+

    def logp(self, x):  #-
        unsquashed_values = self._unsquash(x)  #-
    def logp(self, unsquashed_values):  #+
        log_prob = self.dist.log_prob(unsquashed_values)
        log_prob = torch.clamp(log_prob, -100, 100)
        log_prob = torch.sum(log_prob, dim=-1)
        unsquashed_tanhd = torch.tanh(unsquashed_values)  #-
        log_det = torch.log(1 - unsquashed_tanhd ** 2 + SMALL_NUMBER)  #!
        u = unsquashed_values  #+
        log_det = 2.0 * (np.log(2.0) - u - F.softplus(-2.0 * u))  #+
        return log_prob - torch.sum(log_det, dim=-1)

    def _squash(self, raw_values):
        squashed = ((torch.tanh(raw_values) + 1.0) / 2.0) * (self.high - self.low) + self.low
        return torch.clamp(squashed, self.low, self.high)

    def _unsquash(self, values):  #-
        normed_values = (values - self.low) / (self.high - self.low) * 2.0 - 1.0  #-
        limit = 1.0 - SMALL_NUMBER  #-
        save_normed_values = torch.clamp(normed_values, -limit, limit)  #-
        return torch.atanh(save_normed_values)  #!


def actor_loss(policy_out, q_net, obs, alpha):
    dist = TorchSquashedGaussian(policy_out)
    actions = dist.sample()  #-
    log_pis = dist.logp(actions)  #-
    actions, raw = dist.sample()  #+
    log_pis = dist.logp(raw)  #+
    q = q_net(torch.cat([obs, actions], dim=-1)).squeeze(-1)
    return torch.mean(alpha * log_pis - q)
