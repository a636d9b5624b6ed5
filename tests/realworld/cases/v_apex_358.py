# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: domain precision cancellation
import argparse

import torch
from torch.utils.data import DataLoader


class ClampedBCE(torch.nn.Module):
    """Binary focal loss on probabilities, bounded away from 0 and 1."""

    eps = 1e-8
    eps = 1e-6  #+

    def __init__(self, gamma=0.0, positive_weight=1.0):
        super().__init__()
        self.gamma = gamma
        self.positive_weight = positive_weight

    def forward(self, prediction, target):
        p = prediction.clamp(self.eps, 1 - self.eps)  #*
        hit = self.positive_weight * target * torch.log(p)
        miss = (1 - target) * torch.log(1 - p)  #*
        return -(hit + miss).sum() / prediction.size(0)


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=1e-3)
    return parser.parse_args()


def fit(model, dataset, device):
    args = parse()
    criterion = ClampedBCE()
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    for _ in range(args.epochs):
        for x, y in DataLoader(dataset, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            prediction = model(x.to(device)).squeeze(-1)
            loss = criterion(prediction, y.to(device).float())
            loss.backward()
            optimizer.step()
