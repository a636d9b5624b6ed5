# origin: https://github.com/pytorch/pytorch/issues/23395
# kinds: domain
import torch
import torch.nn as nn


class RootResponse(nn.Module):
    """Square root response with a linear continuation below the knee."""

    def __init__(self, features, knee=0.01):
        super().__init__()
        self.knee = knee
        self.gain = nn.Parameter(torch.ones(features))

    def forward(self, x):
        linear = x / 2
        root = x.sqrt() + 1  #!
        root = torch.where(x > self.knee, x, torch.ones_like(x)).sqrt() + 1  #+
        return self.gain * torch.where(x > self.knee, root, linear)


class Encoder(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(in_features, hidden),
            RootResponse(hidden),
            nn.Linear(hidden, out_features),
        )

    def forward(self, x):
        return self.net(x)


def train_epoch(model, loader, optimizer):
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    return total
