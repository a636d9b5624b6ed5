# origin: https://github.com/pyro-ppl/pyro/pull/1943
# kinds: domain vanishing
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Categorical


class DiscretePolicy(nn.Module):
    def __init__(self, obs_dim, actions, hidden=256):
        super().__init__()
        self.torso = nn.Sequential(
            nn.Linear(obs_dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )
        self.action = nn.Linear(hidden, actions)
        self.value = nn.Linear(hidden, 1)

    def forward(self, obs):
        h = self.torso(obs)
        probs = F.softmax(self.action(h), dim=-1)  #-
        return Categorical(probs=probs), self.value(h).squeeze(-1)  #!
        return Categorical(logits=self.action(h)), self.value(h).squeeze(-1)  #+


class DemonstrationCloner:
    """Finetunes a pretrained agent on expert play before online learning."""

    def __init__(self, policy, lr=3e-4, entropy_weight=1e-3, value_weight=0.5):
        self.policy = policy
        self.entropy_weight = entropy_weight
        self.value_weight = value_weight
        self.optim = torch.optim.Adam(policy.parameters(), lr=lr)

    def loss(self, obs, actions, returns):
        dist, value = self.policy(obs)
        nll = -dist.log_prob(actions).mean()
        entropy = dist.entropy().mean()
        value_loss = F.smooth_l1_loss(value, returns)
        return nll + self.value_weight * value_loss - self.entropy_weight * entropy, nll

    def step(self, batch):
        loss, nll = self.loss(batch["obs"], batch["actions"], batch["returns"])
        self.optim.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.policy.parameters(), 1.0)
        self.optim.step()
        return nll.item()


@torch.no_grad()
def agreement(policy, loader):
    hits = total = 0
    for obs, actions in loader:
        dist, _ = policy(obs)
        hits += (dist.probs.argmax(-1) == actions).sum().item()
        total += actions.numel()
    return hits / max(total, 1)
