# origin: https://github.com/rlworkgroup/garage/issues/1174
# kinds: cancellation precision domain
import math

import torch
import torch.nn.functional as F
from torch.distributions import Independent, Normal


class TanhNormal:
    def __init__(self, loc, scale):
        self._normal = Independent(Normal(loc, scale), 1)

    def rsample_with_pre_tanh_value(self):
        z = self._normal.rsample()
        return z, torch.tanh(z)

    def log_prob(self, value, pre_tanh_value, epsilon=1e-6):
        norm_lp = self._normal.log_prob(pre_tanh_value)
        jacobian = torch.log(self._clip_but_pass_gradient(1.0 - value**2) + epsilon)  #-
        return norm_lp - torch.sum(jacobian, axis=-1)  #-
        return norm_lp - torch.sum(2.0 * (math.log(2.0) - pre_tanh_value - F.softplus(-2.0 * pre_tanh_value)), -1)  #+

    def entropy_estimate(self):
        z, a = self.rsample_with_pre_tanh_value()
        correction = torch.log(1 - torch.tanh(z).pow(2) + 1e-6)  #!
        correction = 2.0 * (math.log(2.0) - z - F.softplus(-2.0 * z))  #+
        return -(self._normal.log_prob(z) - correction.sum(-1)), a

    @staticmethod
    def _clip_but_pass_gradient(x, lower=0.0, upper=1.0):
        low, high = (x < lower).float(), (x > upper).float()
        with torch.no_grad():
            shift = (upper - x) * high + (lower - x) * low
        return x + shift
