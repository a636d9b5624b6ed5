# origin: https://github.com/cpnota/autonomous-learning-library/issues/139
# kinds: domain
import torch
from torch import nn
from torch.distributions import Independent, Normal


class RLNetwork(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model
        self.device = next(model.parameters()).device

    def forward(self, observation):
        return self.model(observation.float())


class SoftDeterministicPolicyNetwork(RLNetwork):
    def __init__(self, model, space):
        super().__init__(model)
        self._action_dim = space.shape[0]
        self._tanh_scale = torch.tensor((space.high - space.low) / 2).to(self.device)
        self._tanh_mean = torch.tensor((space.high + space.low) / 2).to(self.device)

    def forward(self, state):
        outputs = super().forward(state)
        normal = self._normal(outputs)
        if self.training:
            return self._sample(normal)
        return self._squash(normal.mean)

    def _normal(self, outputs):
        means = outputs[..., 0:self._action_dim]
        logvars = outputs[..., self._action_dim:].clamp(-10, 2)
        std = logvars.mul(0.5).exp_()
        return Independent(Normal(means, std), 1)

    def _sample(self, normal):
        raw = normal.rsample()
        action = self._squash(raw)
        return action, self._log_prob(normal, raw, action)

    def _log_prob(self, normal, raw, action):
        """
        Compute the log probability of a raw action after the action is squashed.
        Both inputs act on the raw underlying distribution, so the log probability
        must be corrected for the change of variables (see SAC, appendix C).
        """
        log_prob = normal.log_prob(raw)
        log_prob = log_prob - torch.log(1 - action.pow(2) + 1e-6).sum(-1)  #!
        log_prob = log_prob - torch.log(1 - torch.tanh(raw).pow(2) + 1e-6).sum(-1)  #+
        log_prob = log_prob - torch.log(self._tanh_scale).sum(-1)
        return log_prob

    def _squash(self, x):
        return torch.tanh(x) * self._tanh_scale + self._tanh_mean


def policy_loss(policy, q, states, temperature=0.2):
    actions, log_probs = policy(states)
    return (temperature * log_probs - q(states, actions)).mean()
