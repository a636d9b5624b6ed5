# origin: https://github.com/HobbitLong/SupContrast/pull/142
# kinds: domain
import torch
from torch import nn
import torch.nn.functional as F


class HistoryTower(nn.Module):
    """User vector from the items of the session, the newest counting most."""

    def __init__(self, items, decay=0.9):
        super().__init__()
        self.items = items
        self.decay = decay

    def forward(self, history):
        valid = history.gt(0)
        age = torch.arange(history.shape[1] - 1, -1, -1, device=history.device)
        weight = valid * self.decay ** age.float()
        vectors = self.items(history)
        pooled = torch.einsum("bt,btd->bd", weight, vectors)
        return pooled / weight.sum(dim=1, keepdim=True)  #!
        total = weight.sum(dim=1, keepdim=True)  #+
        return pooled / torch.where(total > 0, total, torch.ones_like(total))  #+


class TwoTower(nn.Module):
    def __init__(self, n_items, n_countries, dim=64, temperature=0.07):
        super().__init__()
        self.items = nn.Embedding(n_items + 1, dim, padding_idx=0)
        self.history = HistoryTower(self.items)
        self.country = nn.Embedding(n_countries, dim)
        self.user_mlp = nn.Sequential(nn.Linear(2 * dim, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.temperature = temperature

    def user(self, history, country):
        x = torch.cat([self.history(history), self.country(country)], dim=-1)
        return F.normalize(self.user_mlp(x), dim=-1)

    def forward(self, history, country, clicked):
        u = self.user(history, country)
        v = F.normalize(self.items(clicked), dim=-1)
        logits = u @ v.T / self.temperature
        same = clicked.unsqueeze(0).eq(clicked.unsqueeze(1))
        same.fill_diagonal_(False)
        logits = logits.masked_fill(same, -1e4)
        return F.cross_entropy(logits, torch.arange(len(u), device=u.device))


@torch.no_grad()
def recommend(model, history, country, k=20):
    u = model.user(history, country)
    scores = u @ F.normalize(model.items.weight[1:], dim=-1).T
    return scores.topk(k, dim=-1).indices + 1
