# origin: https://github.com/cpnota/autonomous-learning-library/issues/139
# kinds: domain
import math

import torch
from torch import nn
from torch.nn import functional as F

LOG_STD_MIN = -20
LOG_STD_MAX = 2


class SoftDeterministicPolicy:
    def __init__(self, model, optimizer, space, clip_grad=0, name="policy"):
        self.model = SoftDeterministicPolicyNetwork(model, space)
        self.optimizer = optimizer
        self.clip_grad = clip_grad
        self.name = name

    def __call__(self, states):
        return self.model(states)

    def reinforce(self, loss):
        loss.backward()
        if self.clip_grad:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_grad)
        self.optimizer.step()
        self.optimizer.zero_grad()


class SoftDeterministicPolicyNetwork(nn.Module):
    def __init__(self, model, space):
        super().__init__()
        self.model = model
        self._action_dim = space.shape[0]
        high, low = torch.as_tensor(space.high), torch.as_tensor(space.low)
        self.register_buffer("_tanh_scale", (high - low) / 2)
        self.register_buffer("_tanh_mean", (high + low) / 2)

    def forward(self, state):
        outputs = self.model(state)
        normal = self._normal(outputs)
        if self.training:
            return self._sample(normal)
        return self._squash(normal.loc)

    def _normal(self, outputs):
        means = outputs[..., : self._action_dim]
        log_stds = outputs[..., self._action_dim :].clamp(LOG_STD_MIN, LOG_STD_MAX)
        return torch.distributions.Independent(
            torch.distributions.Normal(means, log_stds.exp()), 1)

    def _squash(self, raw):
        return torch.tanh(raw) * self._tanh_scale + self._tanh_mean

    def _sample(self, normal):
        raw = normal.rsample()
        action = self._squash(raw)
        return action, self._log_prob(normal, raw, action)

    def _log_prob(self, normal, raw, action):
        log_prob = normal.log_prob(raw)
        correction = torch.log(1 - action.pow(2) + 1e-6)  #!
        correction = 2 * (math.log(2) - raw - F.softplus(-2 * raw))  #+
        correction = correction + torch.log(self._tanh_scale)  #+
        return log_prob - correction.sum(-1)


def sac_policy_loss(policy, q_1, q_2, states, temperature):
    actions, log_probs = policy(states)
    q_values = torch.min(q_1(states, actions), q_2(states, actions))
    return -(q_values - temperature * log_probs).mean()
