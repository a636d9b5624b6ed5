# origin: https://github.com/anthonytorlucci/rlevo/issues/173
# kinds: overflow
import torch
import torch.nn as nn
from torch.distributions import Normal


class GaussianHead(nn.Module):
    """Mean and state-dependent spread of a Gaussian policy."""

    def __init__(self, hidden, n_actions):
        super().__init__()
        self.mean = nn.Linear(hidden, n_actions)
        self.spread = nn.Linear(hidden, n_actions)

    def forward(self, features):
        mean, log_std = self.mean(features), self.spread(features)
        log_std = log_std.clamp(-5.0, 2.0)  #+
        return Normal(mean, log_std.exp())  #*


class PPOAgent:
    def __init__(self, trunk, head, lr=3e-4, clip=0.2):
        self.trunk, self.head, self.clip = trunk, head, clip
        self.opt = torch.optim.Adam([*trunk.parameters(), *head.parameters()], lr=lr)

    def update(self, batch):
        dist = self.head(self.trunk(batch.obs))
        log_prob = dist.log_prob(batch.actions).sum(-1)
        log_ratio = (log_prob - batch.old_log_prob).clamp(-20.0, 20.0)
        ratio = log_ratio.exp()
        clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
        loss = -torch.min(ratio * batch.adv, clipped * batch.adv).mean()
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item()
