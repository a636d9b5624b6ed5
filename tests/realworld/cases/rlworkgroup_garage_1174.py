# origin: https://github.com/rlworkgroup/garage/issues/1174
# kinds: cancellation domain precision
import torch
from torch.distributions import Normal
from torch.distributions.independent import Independent


class TanhNormal(torch.distributions.Distribution):
    def __init__(self, loc, scale):
        self._normal = Independent(Normal(loc, scale), 1)
        super().__init__(validate_args=False)

    def log_prob(self, value, pre_tanh_value=None, epsilon=1e-6):
        if pre_tanh_value is None:
            pre_tanh_value = torch.log((1 + epsilon + value) / (1 + epsilon - value)) / 2
        norm_lp = self._normal.log_prob(pre_tanh_value)
        clip = torch.tanh(pre_tanh_value)  #-
        jacobian = torch.sum(torch.log(1.0 - clip**2 + epsilon), dim=-1)  #!
        x = pre_tanh_value  #+
        jacobian = 2 * torch.sum(0.6931471805599453 - x - torch.nn.functional.softplus(-2 * x), dim=-1)  #+
        return norm_lp - jacobian
