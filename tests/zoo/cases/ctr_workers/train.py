from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader

from campaigns import Campaigns


@dataclass
class Config:
    batch_size: int = 32
    epochs: int = 2
    lr: float = 3e-3
    workers: int = 2
    seed: int = 21


class RateNet(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(12, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 1))

    def forward(self, x):
        return super().forward(x).squeeze(-1).sigmoid()


def fit(cfg: Config):
    torch.manual_seed(cfg.seed)
    loader = DataLoader(Campaigns(640, cfg.seed), batch_size=cfg.batch_size, shuffle=True, num_workers=cfg.workers)
    net = RateNet()
    opt = torch.optim.AdamW(net.parameters(), lr=cfg.lr)
    huber = nn.HuberLoss(delta=0.1)
    for epoch in range(cfg.epochs):
        for step, (x, ctr) in enumerate(loader):
            loss = huber(net(x), ctr)
            opt.zero_grad()
            loss.backward()
            opt.step()
            if step % 10 == 0:
                print(f"{epoch}/{step} huber {loss.item():.5f}")


if __name__ == "__main__":
    fit(Config())
