# origin: https://github.com/rlworkgroup/garage/issues/1174
# kinds: cancellation
import math  #+

import torch
import torch.nn.functional as F  #+
from torch.distributions import Normal
from torch.distributions.independent import Independent


class TanhNormal(torch.distributions.Distribution):
    r"""A distribution induced by applying a tanh transformation to a Gaussian random variable.

    Args:
        loc (torch.Tensor): The mean of this distribution.
        scale (torch.Tensor): The stdev of this distribution.
    """

    def __init__(self, loc, scale):
        self._normal = Independent(Normal(loc, scale), 1)
        super().__init__(validate_args=False)

    def log_prob(self, value, pre_tanh_value):
        """The log likelihood of a sample on the this Tanh Distribution.

        Args:
            value (torch.Tensor): The sample.
            pre_tanh_value (torch.Tensor): The value prior to having the tanh function applied.
        """
        norm_lp = self._normal.log_prob(pre_tanh_value)
        ret = norm_lp - torch.sum(self._log_det(value, pre_tanh_value), axis=-1)
        return ret

    @staticmethod
    def _log_det(value, pre_tanh_value, epsilon=1e-6):  #-
        return torch.log(1 - value.pow(2) + epsilon)  #!
    def _log_det(value, pre_tanh_value):  #+
        return 2 * (math.log(2) - pre_tanh_value - F.softplus(-2 * pre_tanh_value))  #+

    def rsample_with_pre_tanh_value(self, sample_shape=torch.Size()):
        z = self._normal.rsample(sample_shape)
        return z, torch.tanh(z)

    def rsample(self, sample_shape=torch.Size()):
        return self.rsample_with_pre_tanh_value(sample_shape)[1]

    @property
    def mean(self):
        return torch.tanh(self._normal.mean)

    @property
    def variance(self):
        return self._normal.variance

    def enumerate_support(self, expand=True):
        return self._normal.enumerate_support(expand)

    def entropy(self):
        return self._normal.entropy()

    def __repr__(self):
        return self.__class__.__name__


def policy_objective(dist, qf, obs, log_alpha):
    pre_tanh, actions = dist.rsample_with_pre_tanh_value()
    log_pi = dist.log_prob(value=actions, pre_tanh_value=pre_tanh)
    min_q = qf(obs, actions).flatten()
    return (log_alpha.exp().detach() * log_pi - min_q).mean()
