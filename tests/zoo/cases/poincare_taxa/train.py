"""Hyperbolic embedding of a small taxonomy, after Nickel & Kiela: pull is-a pairs together, push sampled nodes away."""
import argparse
import random

import torch
from torch import nn

from ball import distance, project


def taxonomy(branching=3, depth=5):
    parents = {0: None}
    layer = [0]
    for _ in range(depth):
        nxt = []
        for p in layer:
            for _ in range(branching):
                parents[len(parents)] = p
                nxt.append(len(parents) - 1)
        layer = nxt[: 3 * branching]
    pairs = []
    for node in parents:
        up = parents[node]
        while up is not None:
            pairs.append((node, up))
            up = parents[up]
    return len(parents), pairs


class Taxa(nn.Module):
    def __init__(self, n, dim):
        super().__init__()
        self.points = nn.Embedding(n, dim, sparse=True)
        nn.init.uniform_(self.points.weight, -0.05, 0.05)

    def forward(self, child, others):
        c = self.points(child).unsqueeze(1)
        return distance(c, self.points(others))


def batches(n, pairs, size, negatives, rng):
    order = list(range(len(pairs)))
    rng.shuffle(order)
    for i in range(0, len(order), size):
        chunk = [pairs[j] for j in order[i:i + size]]
        child = torch.tensor([c for c, _ in chunk])
        rows = [[p] + [rng.randrange(n) for _ in range(negatives)] for _, p in chunk]
        yield child, torch.tensor(rows)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--dim", type=int, default=5)
    ap.add_argument("--lr", type=float, default=0.3)
    ap.add_argument("--epochs", type=int, default=12)
    args = ap.parse_args()
    torch.manual_seed(3)
    rng = random.Random(11)
    n, pairs = taxonomy()
    model = Taxa(n, args.dim)
    opt = torch.optim.SGD(model.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        total = 0.0
        for child, others in batches(n, pairs, 12, 2, rng):
            d = model(child, others)
            loss = nn.functional.cross_entropy(-d, torch.zeros(len(child), dtype=torch.long))
            opt.zero_grad()
            loss.backward()
            opt.step()
            with torch.no_grad():
                model.points.weight.copy_(project(model.points.weight))
            total += loss.item() * len(child)
        print(f"epoch {epoch} loss {total / len(pairs):.4f}")


main()
