# origin: https://github.com/pytorch/pytorch/issues/68425
# kinds: domain overflow
import torch
from torch import nn


class PositiveLinear(nn.Module):
    """Dense layer whose output is mapped to (0, inf): exponential on the left, linear on the right."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    @staticmethod
    def activation(a):
        return torch.where(a <= 0, torch.exp(a), 1 + a)  #!
        zero = torch.zeros_like(a)  #+
        return torch.where(a <= 0, torch.exp(torch.where(a <= 0, a, zero)), 1 + a)  #+

    def forward(self, x):
        return self.activation(self.linear(x))


class RateModel(nn.Module):
    def __init__(self, n_features, hidden=64):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(n_features, hidden), nn.Tanh())
        self.rate = PositiveLinear(hidden, 1)

    def forward(self, x):
        return self.rate(self.encoder(x)).squeeze(-1)


def train(model, loader, epochs=10, lr=1e-3):
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        running = 0.0
        for x, counts in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), counts)
            loss.backward()
            optimizer.step()
            running += loss.item()
        print(f"epoch {epoch}: {running / len(loader):.4f}")
