# origin: https://github.com/pytorch/pytorch/issues/4320
# kinds: domain
import torch
import torch.nn as nn


class AllocationPolicy(nn.Module):
    """Maps a window of past returns to weights over assets; the rest is cash."""

    def __init__(self, n_assets, window, hidden=64, leverage=1.0):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(), nn.Linear(n_assets * window, hidden), nn.Tanh(),
            nn.Linear(hidden, n_assets),
        )
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)
        self.leverage = leverage

    def forward(self, history):
        return self.leverage * torch.tanh(self.net(history))


class SharpeObjective(nn.Module):
    def __init__(self, periods=252, cost=1e-4):
        super().__init__()
        self.periods = periods
        self.cost = cost

    def pnl(self, weights, returns):
        gross = (weights * returns).sum(-1)
        turnover = (weights[1:] - weights[:-1]).abs().sum(-1)
        return torch.cat([gross[:1], gross[1:] - self.cost * turnover])

    def forward(self, weights, returns):
        pnl = self.pnl(weights, returns)
        variance = pnl.var(unbiased=False)
        vol = variance.sqrt()  #!
        vol = (variance + 1e-10).sqrt()  #+
        sharpe = pnl.mean() / (vol + 1e-6)
        return -sharpe * self.periods ** 0.5


def fit(policy, history, returns, epochs=50, lr=1e-3):
    objective = SharpeObjective()
    opt = torch.optim.Adam(policy.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        loss = objective(policy(history), returns)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
        opt.step()
        curve.append(-loss.item())
    return curve
