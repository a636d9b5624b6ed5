# origin: https://github.com/cpnota/autonomous-learning-library/issues/139
# kinds: domain
import torch
from torch.distributions import Normal


class SoftDeterministicPolicy(torch.nn.Module):
    def __init__(self, model, space):
        super().__init__()
        self.model = model
        self._tanh_scale = torch.tensor((space.high - space.low) / 2)
        self._tanh_mean = torch.tensor((space.high + space.low) / 2)

    def forward(self, state):
        mean, log_std = self.model(state).chunk(2, dim=-1)
        normal = Normal(mean, log_std.clamp(-20, 2).exp())
        raw = normal.rsample()
        action = torch.tanh(raw) * self._tanh_scale + self._tanh_mean
        log_prob = normal.log_prob(raw)
        log_prob = log_prob - torch.log(1 - action.pow(2) + 1e-6)  #!
        log_prob = log_prob - 2 * (0.6931471805599453 - raw - torch.nn.functional.softplus(-2 * raw))  #+
        return action, log_prob.sum(1)
