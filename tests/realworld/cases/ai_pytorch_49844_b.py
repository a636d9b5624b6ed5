# origin: https://github.com/pytorch/pytorch/issues/49844
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


class MaskedCategorical:
    """Distribution over the legal moves of a board position."""

    def __init__(self, logits, legal):
        self.legal = legal
        logits = logits.masked_fill(~legal, -float("inf"))
        self.log_probs = F.log_softmax(logits, dim=-1)
        self.probs = self.log_probs.exp()

    def sample(self):
        return torch.multinomial(self.probs, 1).squeeze(-1)

    def log_prob(self, action):
        return self.log_probs.gather(-1, action.unsqueeze(-1)).squeeze(-1)

    def entropy(self):
        return -(self.probs * self.log_probs).sum(dim=-1)  #!
        log_probs = self.log_probs.masked_fill(~self.legal, 0.0)  #+
        return -(self.probs * log_probs).sum(dim=-1)  #+


class PolicyValueNet(nn.Module):
    def __init__(self, board_cells=42, moves=7, width=128):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(2 * board_cells, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()
        )
        self.policy = nn.Linear(width, moves)
        self.value = nn.Linear(width, 1)

    def forward(self, planes, legal):
        h = self.body(planes.flatten(1))
        return MaskedCategorical(self.policy(h), legal), torch.tanh(self.value(h)).squeeze(-1)


def ppo_update(net, opt, batch, clip=0.2, vf_coef=0.5, ent_coef=0.01, epochs=4):
    adv = batch["adv"]
    if adv.numel() > 1:
        adv = (adv - adv.mean()) / (adv.std() + 1e-6)
    for _ in range(epochs):
        dist, value = net(batch["planes"], batch["legal"])
        ratio = torch.exp((dist.log_prob(batch["action"]) - batch["logp"]).clamp(-20.0, 20.0))
        surrogate = torch.min(ratio * adv, ratio.clamp(1 - clip, 1 + clip) * adv)
        value_loss = F.mse_loss(value, batch["return"])
        loss = -surrogate.mean() + vf_coef * value_loss - ent_coef * dist.entropy().mean()
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        opt.step()
