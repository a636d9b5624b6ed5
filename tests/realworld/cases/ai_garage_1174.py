# origin: https://github.com/rlworkgroup/garage/issues/1174
# kinds: cancellation precision
"""TanhNormal distribution."""
import math

import torch
import torch.nn.functional as F
from torch.distributions import Normal
from torch.distributions.independent import Independent


class TanhNormal(torch.distributions.Distribution):
    r"""A distribution induced by applying tanh to a Normal random variable.

    Args:
        loc (torch.Tensor): The mean of this distribution.
        scale (torch.Tensor): The stdev of this distribution.
    """

    def __init__(self, loc, scale):
        self._normal = Independent(Normal(loc, scale), 1)
        super().__init__(validate_args=False)

    def log_prob(self, value, pre_tanh_value=None, epsilon=1e-6):
        """The log likelihood of a sample on this Tanh Distribution."""
        if pre_tanh_value is None:
            clipped = value.clamp(-1.0 + epsilon, 1.0 - epsilon)
            pre_tanh_value = 0.5 * (torch.log1p(clipped) - torch.log1p(-clipped))
        norm_lp = self._normal.log_prob(pre_tanh_value)
        value = torch.tanh(pre_tanh_value)  #-
        log_det = torch.log(1.0 - value ** 2 + epsilon)  #!
        log_det = 2.0 * (math.log(2.0) - pre_tanh_value - F.softplus(-2.0 * pre_tanh_value))  #+
        return norm_lp - torch.sum(log_det, dim=-1)

    def rsample_with_pre_tanh_value(self, sample_shape=torch.Size()):
        z = self._normal.rsample(sample_shape)
        return z, torch.tanh(z)

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            return self.rsample_with_pre_tanh_value(sample_shape)[1]

    @property
    def mean(self):
        return torch.tanh(self._normal.mean)


class SAC:
    def __init__(self, policy, qf1, qf2, log_alpha, target_entropy):
        self.policy = policy
        self._qf1, self._qf2 = qf1, qf2
        self._log_alpha = log_alpha
        self._target_entropy = target_entropy

    def actor_objective(self, obs):
        loc, log_std = self.policy(obs)
        dist = TanhNormal(loc, log_std.clamp(-20, 2).exp())
        pre_tanh, action = dist.rsample_with_pre_tanh_value()
        log_pi = dist.log_prob(action, pre_tanh_value=pre_tanh)
        min_q = torch.min(self._qf1(obs, action), self._qf2(obs, action))
        alpha = self._log_alpha.detach().exp()
        return (alpha * log_pi - min_q.flatten()).mean(), log_pi

    def temperature_objective(self, log_pi):
        return (-self._log_alpha.exp() * (log_pi.detach() + self._target_entropy)).mean()
