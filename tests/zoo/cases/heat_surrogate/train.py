"""Surrogate of a one-dimensional heat solver: initial profile and conductivity -> profile at the end."""
import argparse

import torch
from torch import nn


def solve(u, kappa, steps=60, dt=0.2):
    for _ in range(steps):
        lap = torch.roll(u, 1, 1) - 2 * u + torch.roll(u, -1, 1)
        u = u + dt * kappa * lap
    return u


def simulations(n, width, seed):
    gen = torch.Generator().manual_seed(seed)
    u0 = torch.randn(n, width, generator=gen).cumsum(1)
    u0 = u0 - u0.mean(1, keepdim=True)
    kappa = torch.rand(n, 1, generator=gen) + 0.2
    return torch.cat([u0, kappa], 1), solve(u0, kappa)


class Surrogate(nn.Module):
    def __init__(self, width, hidden, depth):
        super().__init__()
        self.inp = nn.Linear(width + 1, hidden)
        self.layers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(depth))
        self.out = nn.Linear(hidden, width)
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        h = torch.relu(self.inp(x))
        for layer in self.layers:
            h = torch.relu(layer(h))
        return self.out(h)


def build_parser():
    p = argparse.ArgumentParser()
    p.add_argument("--width", type=int, default=32)
    p.add_argument("--hidden", type=int, default=64)
    p.add_argument("--depth", type=int, default=10)
    p.add_argument("--batch-size", type=int, default=50)
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--lr", type=float, default=0.25)
    p.add_argument("--seed", type=int, default=17)
    return p


def run(args):
    torch.manual_seed(args.seed)
    x, y = simulations(1000, args.width, args.seed)
    model = Surrogate(args.width, args.hidden, args.depth)
    params = list(model.parameters())
    optimizer = torch.optim.SGD(params, lr=args.lr)
    mse = nn.MSELoss()
    for epoch in range(args.epochs):
        perm = torch.randperm(len(x))
        for i, rows in enumerate(perm.split(args.batch_size)):
            optimizer.zero_grad()
            loss = mse(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            if i % 5 == 0:
                print(f"epoch {epoch} iteration {i} mse {loss.item():.4g}")


if __name__ == "__main__":
    run(build_parser().parse_args())
