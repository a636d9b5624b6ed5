import math

import torch
from torch import nn

from softdtw import SoftDTW


def gestures(n, gen, length=12):
    """the same stroke at different speeds, and its direction as the condition"""
    direction = torch.rand(n, 1, generator=gen) * 2 * math.pi
    speed = 0.6 + torch.rand(n, 1, generator=gen)
    t = torch.linspace(0, 1, length)[None] ** speed
    path = torch.stack([t * torch.cos(direction + 2 * t), t * torch.sin(direction + 2 * t)], -1)
    return torch.cat([direction.cos(), direction.sin()], 1), path + 0.02 * torch.randn(path.shape, generator=gen)


class Writer(nn.Module):
    def __init__(self, length=10, hidden=48):
        super().__init__()
        self.length = length
        self.net = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 2 * length))

    def forward(self, c):
        return self.net(c).view(-1, self.length, 2).cumsum(1)


def main():
    gen = torch.Generator().manual_seed(63)
    torch.manual_seed(63)
    condition, path = gestures(256, gen)
    model, dtw = Writer(), SoftDTW()
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    best = math.inf
    for epoch in range(4):
        for rows in torch.randperm(256, generator=gen).split(32):
            loss = dtw(model(condition[rows]), path[rows]).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
        best = min(best, loss.item())
        print(f"epoch {epoch} soft-DTW {loss.item():.4f} best {best:.4f}")


if __name__ == "__main__":
    main()
