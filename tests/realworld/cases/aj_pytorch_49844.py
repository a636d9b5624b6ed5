# origin: https://github.com/pytorch/pytorch/issues/49844
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class CardPolicy(nn.Module):
    """Policy and value for a trick-taking game; illegal cards are masked out."""

    def __init__(self, obs_dim, n_cards=52, hidden=256):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs_dim, hidden), nn.ReLU(),
                                  nn.Linear(hidden, hidden), nn.ReLU())
        self.policy = nn.Linear(hidden, n_cards)
        self.value = nn.Linear(hidden, 1)

    def forward(self, obs, legal):
        h = self.body(obs)
        logits = self.policy(h).masked_fill(~legal, float("-inf"))
        return logits, self.value(h).squeeze(-1)


def entropy_bonus(logits):
    logp = F.log_softmax(logits, dim=-1)
    plogp = logp.exp() * logp  #!
    plogp = logp.exp() * logp.masked_fill(logp == float("-inf"), 0.0)  #+
    return -plogp.sum(dim=-1).mean()


def a2c_loss(model, batch, value_coef=0.5, entropy_coef=0.01):
    logits, value = model(batch["obs"], batch["legal"])
    advantage = batch["returns"] - value.detach()
    action_loss = F.cross_entropy(logits, batch["action"], reduction="none")
    policy_loss = (action_loss * advantage).mean()
    value_loss = F.mse_loss(value, batch["returns"])
    entropy = entropy_bonus(logits)
    loss = policy_loss + value_coef * value_loss - entropy_coef * entropy
    return loss, {"policy": policy_loss.item(), "value": value_loss.item(),
                  "entropy": entropy.item()}


def learn(model, optimizer, batches, max_norm=0.5):
    logs = []
    for batch in batches:
        loss, stats = a2c_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        logs.append(stats)
    return logs
