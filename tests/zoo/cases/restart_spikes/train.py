"""Demand forecast; the rate restarts every 60 steps (and Adam forgets its moments) and each restart throws the loss up before it comes down again."""
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

PERIOD = 60


@dataclass
class Log:
    losses: list = field(default_factory=list)

    def add(self, value):
        self.losses.append(value)
        if len(self.losses) % 15 == 0:
            recent = self.losses[-15:]
            print(f"step {len(self.losses)}: loss {min(recent):.5f} .. {max(recent):.5f}")


def demand(gen, n=1200):
    week = torch.arange(n) % 7
    season = torch.sin(torch.arange(n) * 2 * torch.pi / 365)
    x = torch.cat([nn.functional.one_hot(week, 7).float(), season[:, None], torch.randn(n, 4, generator=gen)], 1)
    y = 1 + 0.5 * season + 0.2 * (week >= 5) + 0.3 * x[:, 8] - 0.2 * x[:, 9].abs() + 0.02 * torch.randn(n, generator=gen)
    return x, y


def main():
    torch.manual_seed(56)
    gen = torch.Generator().manual_seed(56)
    x, y = demand(gen)
    net = nn.Sequential(nn.Linear(12, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
    opt = torch.optim.Adam(net.parameters(), lr=0.1, betas=(0.9, 0.99))
    sched = CosineAnnealingWarmRestarts(opt, T_0=PERIOD, eta_min=1e-4)
    log = Log()
    for it in range(240):
        rows = torch.randint(0, len(x), (128,), generator=gen)
        loss = nn.functional.mse_loss(net(x[rows]).squeeze(1), y[rows])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
        if it % PERIOD == PERIOD - 1:
            opt.state.clear()
        log.add(loss.item())


main()
