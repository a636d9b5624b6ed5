# origin: https://github.com/ray-project/ray/issues/14878
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Normal


class LogitNormalPolicy(nn.Module):
    """Fractions in (0, 1) of each position that the trading agent liquidates."""

    def __init__(self, obs_dim, assets, hidden=128):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs_dim, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.mean = nn.Linear(hidden, assets)
        self.log_std = nn.Parameter(torch.full((assets,), -0.5))

    def dist(self, obs):
        std = self.log_std.clamp(-5.0, 2.0).exp()
        return Normal(self.mean(self.body(obs)), std)

    @torch.no_grad()
    def act(self, obs):
        u = self.dist(obs).sample()
        return torch.sigmoid(u), u

    def log_prob(self, obs, frac):  #-
        u = torch.log(frac) - torch.log(1.0 - frac)  #!
        log_det = torch.log(frac * (1.0 - frac) + 1e-6)  #-
    def log_prob(self, obs, u):  #+
        log_det = -F.softplus(-u) - F.softplus(u)  #+
        return (self.dist(obs).log_prob(u) - log_det).sum(-1)


class PPO:
    def __init__(self, policy, lr=3e-4, clip=0.2, epochs=4):
        self.policy = policy
        self.clip = clip
        self.epochs = epochs
        self.optim = torch.optim.Adam(policy.parameters(), lr=lr)

    def update(self, rollout):
        obs, adv = rollout["obs"], rollout["adv"]
        taken = rollout["frac"]  #-
        taken = rollout["u"]  #+
        with torch.no_grad():
            old = self.policy.log_prob(obs, taken)
        for _ in range(self.epochs):
            log_ratio = self.policy.log_prob(obs, taken) - old
            ratio = log_ratio.clamp(-20.0, 20.0).exp()
            clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
            loss = -torch.minimum(ratio * adv, clipped * adv).mean()
            self.optim.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.policy.parameters(), 0.5)
            self.optim.step()
        return loss.item()
