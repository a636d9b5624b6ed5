# origin: https://github.com/lucidrains/nGPT-pytorch/issues/11
# kinds: domain
import torch
import torch.nn as nn


class TargetAttention(nn.Module):
    """Summarises the click history of a user with respect to a candidate item."""

    def __init__(self, dim, hidden=64):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(4 * dim, hidden), nn.PReLU(), nn.Linear(hidden, 1))

    def forward(self, candidate, history, lengths):
        steps = history.shape[1]
        cand = candidate.unsqueeze(1).expand(-1, steps, -1)
        feats = torch.cat([cand, history, cand - history, cand * history], dim=-1)
        scores = self.score(feats).squeeze(-1)
        pad = torch.arange(steps, device=history.device)[None] >= lengths[:, None]
        scores = scores.masked_fill(pad, float("-inf"))  #-
        weights = torch.softmax(scores, dim=-1)  #!
        scores = scores.masked_fill(pad, torch.finfo(scores.dtype).min)  #+
        weights = torch.softmax(scores, dim=-1).masked_fill(pad, 0.0)  #+
        return torch.einsum("bt,btd->bd", weights, history)


class ClickModel(nn.Module):
    def __init__(self, n_items, n_users, dim=32):
        super().__init__()
        self.items = nn.Embedding(n_items, dim, padding_idx=0)
        self.users = nn.Embedding(n_users, dim)
        self.pool = TargetAttention(dim)
        self.mlp = nn.Sequential(nn.Linear(3 * dim, 80), nn.ReLU(), nn.Linear(80, 1))

    def forward(self, user, item, history):
        lengths = (history != 0).sum(dim=1)
        cand = self.items(item)
        interest = self.pool(cand, self.items(history), lengths)
        x = torch.cat([self.users(user), cand, interest], dim=-1)
        return self.mlp(x).squeeze(-1)


def step(model, batch, optimizer):
    logits = model(batch["user"], batch["item"], batch["history"])
    loss = nn.functional.binary_cross_entropy_with_logits(logits, batch["click"].float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()
