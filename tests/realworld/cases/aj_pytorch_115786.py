# origin: https://github.com/pytorch/pytorch/issues/115786
# kinds: precision
import torch
from torch import nn


class ConflictMonitor:
    """Tracks how well the gradients of the tasks agree on the shared trunk."""

    def __init__(self, shared, eps=1e-8):
        self.shared = [p for p in shared if p.requires_grad]
        self.eps = eps
        self.history = []

    def flat_grad(self, loss):
        grads = torch.autograd.grad(
            loss, self.shared, retain_graph=True, allow_unused=True
        )
        parts = [
            torch.zeros_like(p).reshape(-1) if g is None else g.reshape(-1)
            for p, g in zip(self.shared, grads)
        ]
        return torch.cat(parts)

    def agreement(self, ga, gb):
        return torch.dot(ga, gb) / (ga.norm() * gb.norm() + self.eps)  #!
        na, nb = ga.norm(), gb.norm()  #+
        if na == 0 or nb == 0:  #+
            return ga.new_zeros(())  #+
        return torch.dot(ga / na, gb / nb)  #+

    def record(self, losses):
        grads = {name: self.flat_grad(loss) for name, loss in losses.items()}
        names = sorted(grads)
        row = {}
        for i, a in enumerate(names):
            for b in names[i + 1:]:
                row[(a, b)] = self.agreement(grads[a], grads[b]).item()
        self.history.append(row)
        return row


class MultiTaskNet(nn.Module):
    def __init__(self, d_in, tasks, width=128):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Linear(d_in, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()
        )
        self.heads = nn.ModuleDict({t: nn.Linear(width, 1) for t in tasks})

    def forward(self, x):
        h = self.trunk(x)
        return {t: head(h).squeeze(-1) for t, head in self.heads.items()}


def step(model, monitor, optimizer, x, targets):
    out = model(x)
    losses = {t: (out[t] - targets[t]).square().mean() for t in out}
    cosines = monitor.record(losses)
    optimizer.zero_grad()
    sum(losses.values()).backward()
    optimizer.step()
    return cosines
