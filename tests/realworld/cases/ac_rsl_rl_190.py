# origin: https://github.com/leggedrobotics/rsl_rl/pull/190
# kinds: underflow domain domain overflow
import torch
import torch.nn as nn
from torch.distributions import Normal

Normal.set_default_validate_args(False)


class GaussianDistribution(nn.Module):
    def __init__(self, output_dim, init_std=1.0, log_std_range=(-20.0, 2.0)):
        super().__init__()
        self.output_dim = output_dim
        self.log_std_range = log_std_range
        self.log_std_param = nn.Parameter(torch.log(init_std * torch.ones(output_dim)))
        self._distribution = None

    def update(self, mlp_output):
        mean = mlp_output
        std = torch.exp(self.log_std_param).expand_as(mean)  #!
        log_std = torch.clamp(self.log_std_param, *self.log_std_range)  #+
        std = torch.exp(log_std).expand_as(mean)  #+
        self._distribution = Normal(mean, std)

    def sample(self):
        return self._distribution.sample()

    def log_prob(self, outputs):
        return self._distribution.log_prob(outputs).sum(dim=-1)

    @property
    def entropy(self):
        return self._distribution.entropy().sum(dim=-1)


class Actor(nn.Module):
    def __init__(self, num_obs, num_actions, hidden_dims=(256, 128)):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(num_obs, hidden_dims[0]), nn.ELU(),
                                 nn.Linear(hidden_dims[0], hidden_dims[1]), nn.ELU(),
                                 nn.Linear(hidden_dims[1], num_actions))
        self.distribution = GaussianDistribution(num_actions)

    def act(self, obs):
        self.distribution.update(self.mlp(obs))
        return self.distribution.sample()


def policy_update(actor, optimizer, batches, entropy_coef=0.0, max_grad_norm=1.0):
    for obs, actions, advantages in batches:
        actor.act(obs)
        log_prob = actor.distribution.log_prob(actions)
        loss = -(advantages * log_prob).mean() - entropy_coef * actor.distribution.entropy.mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(actor.parameters(), max_grad_norm)
        optimizer.step()
