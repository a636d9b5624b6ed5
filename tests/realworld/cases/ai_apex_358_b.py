# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: domain precision
import math

import torch
from torch import nn

LOG_STD_MIN, LOG_STD_MAX = -5.0, 2.0


class SquashedActor(nn.Module):
    def __init__(self, obs_dim, act_dim, hidden=256):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(obs_dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.mu = nn.Linear(hidden, act_dim)
        self.log_std = nn.Linear(hidden, act_dim)

    def forward(self, obs):
        h = self.body(obs)
        return self.mu(h), self.log_std(h).clamp(LOG_STD_MIN, LOG_STD_MAX)

    @staticmethod
    def unsquash(action):
        bound = 1.0 - 1e-10  #!
        bound = 1.0 - 1e-6  #+
        action = action.clamp(-bound, bound)  #*
        return 0.5 * (torch.log1p(action) - torch.log1p(-action))

    def log_prob(self, obs, action):
        """Log density of actions stored in the offline dataset, in [-1, 1]."""
        mu, log_std = self(obs)
        u = self.unsquash(action)
        z = (u - mu) * torch.exp(-log_std)
        gauss = -0.5 * z ** 2 - log_std - 0.5 * math.log(2 * math.pi)
        jac = 2.0 * (math.log(2.0) - u - nn.functional.softplus(-2.0 * u))
        return (gauss - jac).sum(-1)


def awac_actor_loss(actor, critic, batch, lam=1.0):
    obs, act = batch["obs"], batch["act"]
    with torch.no_grad():
        adv = critic(obs, act) - critic(obs, torch.tanh(actor(obs)[0]))
        weights = torch.softmax(adv.squeeze(-1) / lam, dim=0) * adv.numel()
    return -(weights * actor.log_prob(obs, act)).mean()
