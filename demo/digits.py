"""Same digit or not? An encoder of handwritten digits, trained on pairs with a contrastive loss.

The images are the 1,797 scans of the UCI optical digits table that ships with scikit-learn.
After each epoch the held-out digits are named by their nearest neighbours among the training digits.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset


def load(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ink masks [n, 1, 8, 8] and labels [n], for training and for testing."""
    digits = load_digits()
    ink = (digits.images / 16.0 > 0.25).astype("float32")[:, None]
    parts = train_test_split(ink, digits.target, test_size=0.2, stratify=digits.target, random_state=seed)
    train_x, test_x, train_y, test_y = map(torch.as_tensor, parts)
    return train_x, train_y, test_x, test_y


class Pairs(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Each digit with a partner: half of the time another scan of the same digit, else a different one."""

    def __init__(self, images: Tensor, labels: Tensor, seed: int) -> None:
        self.images, self.labels = images, labels
        self.rng = np.random.default_rng(seed)
        self.members = [np.flatnonzero(labels.numpy() == digit) for digit in range(10)]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        same = bool(self.rng.random() < 0.5)
        partner = self.partner(index, same)
        return self.images[index], self.images[partner], torch.tensor(float(same))

    def partner(self, index: int, same: bool) -> int:
        digit = int(self.labels[index])
        if not same:
            digit = (digit + int(self.rng.integers(1, 10))) % 10
        pool = self.members[digit]
        return int(self.rng.choice(pool[pool != index]))


class Encoder(nn.Module):
    """A residual block of two convolutions and a projection, [b, 1, 8, 8] -> [b, dim]."""

    def __init__(self, width: int = 32, dim: int = 16) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, padding=1)
        self.block = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.GroupNorm(4, width)
        self.head = nn.Linear(width * 16, dim)

    def forward(self, x: Tensor) -> Tensor:
        x = F.gelu(self.stem(x))
        x = x + F.gelu(self.norm(self.block(x)))
        x = F.max_pool2d(x, 2).flatten(1)
        return self.head(x)


class ContrastiveLoss(nn.Module):
    """Pull the same digits together, push different ones at least `margin` apart."""

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, a: Tensor, b: Tensor, same: Tensor) -> Tensor:
        distance = (a - b).square().sum(dim=-1).sqrt()
        pull = same * distance.square()
        push = (1.0 - same) * F.relu(self.margin - distance).square()
        return (pull + push).mean()


@torch.no_grad()
def accuracy(
    model: nn.Module, train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], k: int = 5
) -> float:
    """Share of test digits that the majority of their k nearest training digits names correctly."""
    model.eval()
    near = torch.cdist(model(test[0]), model(train[0])).topk(k, largest=False).indices
    votes = train[1][near].mode(dim=-1).values
    model.train()
    return (votes == test[1]).float().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--margin", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=6)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    train_x, train_y, test_x, test_y = load(args.seed)
    pairs = Pairs(train_x, train_y, args.seed)
    loader = DataLoader(pairs, batch_size=args.batch_size, shuffle=True, drop_last=True)
    model = Encoder()
    criterion = ContrastiveLoss(args.margin)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs * len(loader))

    for epoch in range(args.epochs):
        total = 0.0
        for a, b, same in loader:
            loss = criterion(model(a), model(b), same)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        score = accuracy(model, (train_x, train_y), (test_x, test_y))
        print(f"epoch {epoch:2d}  loss {total / len(loader):.4f}  5-nn accuracy {score:.3f}", flush=True)


if __name__ == "__main__":
    main()
