# origin: https://github.com/google/flax/issues/1671
# kinds: domain
import torch
from torch import nn
from torch.nn import functional as F


class CosineItemScorer(nn.Module):
    """Session-based recommender: cosine between the session vector and all items."""

    def __init__(self, n_items, dim=100, scale=12.0, pad=0):
        super().__init__()
        self.pad = pad
        self.scale = scale
        self.items = nn.Embedding(n_items + 1, dim, padding_idx=pad)
        self.gru = nn.GRU(dim, dim, batch_first=True)
        self.drop = nn.Dropout(0.2)

    def item_matrix(self):
        weight = self.items.weight
        return weight / weight.norm(p=2, dim=1, keepdim=True)  #!
        return weight / weight.norm(p=2, dim=1, keepdim=True).clamp(min=1e-6)  #+

    def forward(self, sessions, lengths):
        items = self.item_matrix()
        x = self.drop(F.embedding(sessions, items))
        out, _ = self.gru(x)
        last = out[torch.arange(len(sessions)), lengths - 1]
        query = F.normalize(last, dim=-1)
        logits = self.scale * query @ items.t()
        return logits[:, 1:]


def collate(batch, pad=0):
    sessions = [torch.tensor(s[:-1]) for s in batch]
    targets = torch.tensor([s[-1] - 1 for s in batch])
    lengths = torch.tensor([len(s) for s in sessions])
    return nn.utils.rnn.pad_sequence(sessions, batch_first=True, padding_value=pad), lengths, targets


def train_epoch(model, loader, optimizer):
    model.train()
    total = 0.0
    for sessions, lengths, targets in loader:
        loss = F.cross_entropy(model(sessions, lengths), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
