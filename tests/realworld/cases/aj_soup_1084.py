# origin: https://github.com/MakazhanAlpamys/Soup/pull/1084
# kinds: overflow domain
import math

import torch
from torch import nn


class ClickModel(nn.Module):
    def __init__(self, n_features, n_actions, hidden=128):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_features, hidden), nn.ReLU(), nn.Linear(hidden, n_actions)
        )

    def forward(self, context):
        return self.net(context).log_softmax(dim=-1)


class OffPolicyObjective:
    """Truncated inverse-propensity objective on logged slates."""

    def __init__(self, cap=20.0, entropy=0.01):
        self.cap = cap
        self.entropy = entropy

    def weights(self, logp, logged_logp):
        gap = logp - logged_logp
        return torch.exp(gap).clamp(max=self.cap)  #!
        return torch.exp(gap.clamp(max=math.log(self.cap)))  #+

    def __call__(self, policy, batch):
        logp_all = policy(batch["context"])
        logp = logp_all.gather(1, batch["action"][:, None]).squeeze(1)
        w = self.weights(logp, batch["logged_logp"])
        shown = batch["shown"].float()
        value = (w * batch["reward"] * shown).sum() / shown.sum().clamp(min=1.0)
        ent = -(logp_all.exp() * logp_all).sum(dim=-1).mean()
        return -value - self.entropy * ent


def train(policy, loader, epochs=5, lr=1e-3):
    """Batches hold full slates; `shown` marks the positions the user scrolled to."""
    objective = OffPolicyObjective()
    opt = torch.optim.Adam(policy.parameters(), lr=lr)
    for _ in range(epochs):
        for batch in loader:
            opt.zero_grad()
            loss = objective(policy, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
            opt.step()
    return policy
