# origin: tanh-normal log-probabilities
# kinds: NS214
import torch
from torch import nn
from torch.distributions import Normal


class Actor(nn.Module):
    def __init__(self, obs, act):
        super().__init__()
        self.mean = nn.Linear(obs, act)
        self.log_std = nn.Linear(obs, act)

    def sample(self, state):
        std = self.log_std(state).clamp(-20, 2).exp()
        u = Normal(self.mean(state), std).rsample()
        action = torch.tanh(u)
        log_prob = Normal(self.mean(state), std).log_prob(u)
        log_prob -= torch.log(1 - action.pow(2) + 1e-6)  #!
        log_prob -= 2 * (0.6931472 - u - torch.nn.functional.softplus(-2 * u))  #+
        return action, log_prob.sum(1)
