# origin: https://github.com/pytorch/pytorch/issues/2421
# kinds: domain
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


class GroupLasso(nn.Module):
    """Structured sparsity: one group per output row / output filter."""

    def __init__(self, model, lam=1e-3, types=(nn.Linear, nn.Conv2d)):
        super().__init__()
        self.lam = lam
        self.layers = [m for m in model.modules() if isinstance(m, types)]

    def _group_norms(self, weight):
        flat = weight.flatten(1)
        energy = flat.pow(2).sum(dim=1)  #-
        return energy.sqrt()  #!
        return torch.linalg.vector_norm(flat, dim=1)  #+

    def forward(self):
        penalty = 0.0
        for layer in self.layers:
            group_size = layer.weight[0].numel()
            penalty = penalty + group_size ** 0.5 * self._group_norms(layer.weight).sum()
        return self.lam * penalty


@torch.no_grad()
def prune_rows(model, threshold):
    pruned = 0
    for m in model.modules():
        if isinstance(m, nn.Linear):
            dead = m.weight.abs().amax(dim=1) < threshold
            m.weight[dead] = 0.0
            pruned += int(dead.sum())
    return pruned


def train_epoch(model, reg, loader, optimizer, threshold):
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y) + reg()
        loss.backward()
        optimizer.step()
        total += loss.item()
    removed = prune_rows(model, threshold)
    return total / max(len(loader), 1), removed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--epochs', type=int, default=20)
    parser.add_argument('--threshold', type=float, default=1e-2)
    args = parser.parse_args()
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 5))
    reg = GroupLasso(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = [(torch.randn(32, 20), torch.randint(0, 5, (32,))) for _ in range(50)]
    for epoch in range(args.epochs):
        loss, removed = train_epoch(model, reg, loader, optimizer, args.threshold)
        print(f'epoch {epoch}: loss {loss:.4f}, pruned rows {removed}')


if __name__ == '__main__':
    main()
