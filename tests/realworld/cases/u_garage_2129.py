# origin: https://github.com/rlworkgroup/garage/pull/2129
# kinds: domain
import torch
from torch.distributions import Normal
from torch.distributions.independent import Independent


class TanhNormal(torch.distributions.Distribution):
    """Distribution of tanh(x) for normally distributed x."""

    arg_constraints = {}

    def __init__(self, loc, scale):
        self._normal = Independent(Normal(loc, scale), 1)
        super().__init__(batch_shape=self._normal.batch_shape, event_shape=self._normal.event_shape,
                         validate_args=False)

    def log_prob(self, value, pre_tanh_value=None, epsilon=1e-6):
        if pre_tanh_value is None:
            pre_tanh_value = torch.log((1 + value) / (1 - value)) / 2  #!
            pre_tanh_value = torch.log((1 + epsilon + value) / (1 + epsilon - value)) / 2  #+
        norm_lp = self._normal.log_prob(pre_tanh_value)
        correction = torch.log(self._clip_but_pass_gradient(1.0 - value ** 2) + epsilon)
        return norm_lp - torch.sum(correction, dim=-1)

    def rsample_with_pre_tanh_value(self, sample_shape=torch.Size()):
        z = self._normal.rsample(sample_shape)
        return z, torch.tanh(z)

    @staticmethod
    def _clip_but_pass_gradient(x, lower=0.0, upper=1.0):
        clip_up = (x > upper).float()
        clip_low = (x < lower).float()
        with torch.no_grad():
            clip = (upper - x) * clip_up + (lower - x) * clip_low
        return x + clip


def behaviour_cloning_loss(policy, observations, expert_actions):
    mean, log_std = policy(observations)
    dist = TanhNormal(mean, log_std.clamp(-5, 2).exp())
    return -dist.log_prob(expert_actions.clamp(-1.0, 1.0)).mean()
