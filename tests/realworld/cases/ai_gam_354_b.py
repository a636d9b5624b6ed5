# origin: https://github.com/SauersML/gam/issues/354
# kinds: domain precision
import math

import torch
from torch import nn
from torch.distributions import Normal
from torch.nn import functional as F


class SquashedActor(nn.Module):
    """Gaussian policy with actions in (-1, 1)."""

    def __init__(self, obs_dim, act_dim, hidden=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.mu = nn.Linear(hidden, act_dim)
        self.log_std = nn.Parameter(torch.zeros(act_dim))

    def dist(self, obs):
        return Normal(self.mu(self.body(obs)), self.log_std.clamp(-5, 2).exp())

    @torch.no_grad()
    def act(self, obs):
        d = self.dist(obs)
        action = torch.tanh(d.sample())
        return action, self.log_prob(d, action)

    @staticmethod
    def log_prob(d, action):
        limit = 1.0 - 1e-6  #+
        raw = torch.atanh(action)  #!
        raw = torch.atanh(action.clamp(-limit, limit))  #+
        log_det = 2.0 * (math.log(2.0) - raw - F.softplus(-2.0 * raw))
        return (d.log_prob(raw) - log_det).sum(-1)

    def evaluate(self, obs, action):
        d = self.dist(obs)
        return self.log_prob(d, action), d.entropy().sum(-1)


def surrogate_loss(actor, batch, clip=0.2, ent_coef=1e-3):
    logp, entropy = actor.evaluate(batch["obs"], batch["action"])
    ratio = (logp - batch["logp"]).clamp(max=10.0).exp()
    adv = batch["advantage"]
    objective = torch.min(ratio * adv, ratio.clamp(1 - clip, 1 + clip) * adv)
    return -(objective + ent_coef * entropy).mean()


def improve(actor, optimizer, batch, epochs=10):
    for _ in range(epochs):
        loss = surrogate_loss(actor, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(actor.parameters(), 0.5)
        optimizer.step()
