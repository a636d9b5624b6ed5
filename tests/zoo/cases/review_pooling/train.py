"""Return rate of a product from its reviews: attention pooling over a variable number of review vectors, mixed precision."""
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


@dataclass(frozen=True)
class Settings:
    products: int = 512
    dim: int = 24
    batch: int = 16
    lr: float = 2e-3
    epochs: int = 3


class Products(Dataset):
    def __init__(self, cfg):
        g = torch.Generator().manual_seed(99)
        tone = torch.randn(cfg.dim, generator=g)
        counts = torch.randint(1, 12, (cfg.products,), generator=g)
        counts[74] = 0
        self.reviews = [torch.randn(c, cfg.dim, generator=g) for c in counts.tolist()]
        self.returned = torch.stack([torch.sigmoid((r @ tone).sum() / 4) for r in self.reviews])

    def __len__(self):
        return len(self.reviews)

    def __getitem__(self, i):
        return self.reviews[i], self.returned[i]


def collate(items):
    reviews, returned = zip(*items)
    longest = max(len(r) for r in reviews)
    x = torch.zeros(len(items), longest, reviews[0].shape[1])
    keep = torch.zeros(len(items), longest)
    for i, r in enumerate(reviews):
        x[i, :len(r)] = r
        keep[i, :len(r)] = 1
    return x, keep, torch.stack(returned)


class AttentionPool(nn.Module):
    def __init__(self, dim, hidden=32):
        super().__init__()
        self.key = nn.Linear(dim, hidden)
        self.query = nn.Linear(hidden, 1)
        self.out = nn.Linear(dim, 1)

    def forward(self, x, keep):
        score = self.query(torch.tanh(self.key(x))).squeeze(-1)
        score = score + (1.0 - keep.to(score.dtype)) * torch.finfo(torch.float32).min
        weight = torch.softmax(score, dim=-1)
        return self.out(torch.einsum("bn,bnd->bd", weight, x.to(weight.dtype))).squeeze(-1)


def train(cfg=Settings()):
    torch.manual_seed(2)
    loader = DataLoader(Products(cfg), batch_size=cfg.batch, shuffle=True, collate_fn=collate)
    model = AttentionPool(cfg.dim)
    opt = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    bce = nn.BCEWithLogitsLoss()
    for epoch in range(cfg.epochs):
        for x, keep, returned in loader:
            with torch.autocast("cpu", dtype=torch.float16):
                logit = model(x, keep)
            loss = bce(logit.float(), returned)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
        print(f"epoch {epoch}: bce {loss.item():.4f}")


if __name__ == "__main__":
    train()
