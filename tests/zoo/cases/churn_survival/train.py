import math
import torch
import torch.nn as nn
import torch.optim as optim
from torch.nn.utils.rnn import pad_sequence


class HazardRNN(nn.Module):
    """Daily cancellation hazard from a usage history."""

    def __init__(self, n_in=4, hidden=16):
        super().__init__()
        self.rnn = nn.GRU(n_in, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, usage):
        states, _ = self.rnn(usage)
        return torch.sigmoid(self.out(states)).squeeze(-1)


def log_likelihood(hazard, last_day, churned):
    day = last_day.unsqueeze(1)
    alive = torch.cumprod(1 - hazard, dim=1)
    survived = alive.gather(1, day - 1).squeeze(1)
    final = hazard.gather(1, day).squeeze(1)
    final = torch.where(churned, final, 1 - final)
    return torch.log(survived) + torch.log(final)


def customers(n, seed):
    """(usage, churned), sorted by tenure so that a batch holds histories of similar length"""
    g = torch.Generator().manual_seed(seed)
    tenure = torch.randint(20, 420, (n,), generator=g).sort().values.tolist()
    usage = [torch.randn(t, 4, generator=g).cumsum(0) / math.sqrt(t) for t in tenure]
    churned = torch.stack([u[-1, 0] < 0.2 for u in usage])
    return usage, churned


def bucketed(usage, churned, size):
    for i in range(0, len(usage), size):
        part = usage[i:i + size]
        yield pad_sequence(part, batch_first=True), torch.tensor([len(u) - 1 for u in part]), churned[i:i + size]


torch.manual_seed(19)
usage, churned = customers(480, 19)
net = HazardRNN()
optimizer = optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(2):
    losses = []
    for x, last_day, event in bucketed(usage, churned, 24):
        nll = -log_likelihood(net(x), last_day, event).mean()
        optimizer.zero_grad()
        nll.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(nll.item())
    print(f"epoch {epoch}: nll {math.fsum(losses) / len(losses):.4f}")
