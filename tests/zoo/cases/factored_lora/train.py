"""Two stages: train a small classifier on the source domain, then adapt it to a target domain through low-rank adapters."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from factored import Factored


class LowRank(nn.Module):
    def __init__(self, linear, rank=4):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) / math.sqrt(linear.in_features))
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + x @ self.down.T @ self.up.T


def domain(n, shift, gen):
    x = torch.randn(n, 20, generator=gen)
    y = (x[:, :10].sum(1) + shift * x[:, 10:].sum(1) > 0).long()
    return x, y


def fit(model, optimizer, data, epochs, tag):
    x, y = data
    for epoch in range(epochs):
        hits = 0
        for rows in torch.randperm(len(x)).split(32):
            logits = model(x[rows])
            loss = F.cross_entropy(logits, y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            hits += int((logits.argmax(1) == y[rows]).sum())
        print(f"{tag} epoch {epoch}: loss {loss.item():.4f} accuracy {hits / len(x):.3f}")


def main():
    torch.manual_seed(31)
    gen = torch.Generator().manual_seed(31)
    model = nn.Sequential(nn.Linear(20, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 2))
    fit(model, Factored(model.parameters(), lr=1e-2), domain(640, 0.0, gen), 2, "source")
    model[0], model[2] = LowRank(model[0]), LowRank(model[2])
    adapters = [p for p in model.parameters() if p.requires_grad]
    fit(model, Factored(adapters, lr=5e-3), domain(640, 1.0, gen), 3, "target")


main()
