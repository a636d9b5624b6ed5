"""Generator against discriminator on a two-dimensional ring of points; both losses go round and round, nothing diverges."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.leaky_relu(layer(x), 0.2)
        return self.layers[-1](x)


def ring(n):
    k = torch.randint(0, 8, (n,)) * (2 * math.pi / 8)
    return torch.stack([k.cos(), k.sin()], 1) * 2 + 0.05 * torch.randn(n, 2)


class Duel:
    def __init__(self):
        self.g, self.d = Net(8, 48, 48, 2), Net(2, 48, 48, 1)
        self.opt_g = torch.optim.SGD(self.g.parameters(), lr=0.1, momentum=0.5)
        self.opt_d = torch.optim.SGD(self.d.parameters(), lr=0.3, momentum=0.5)
        self.trace = []

    def round(self, n=64):
        real, fake = ring(n), self.g(torch.randn(n, 8))
        loss_d = F.softplus(-self.d(real)).mean() + F.softplus(self.d(fake.detach())).mean()
        self.opt_d.zero_grad()
        loss_d.backward()
        self.opt_d.step()

        loss_g = F.softplus(-self.d(self.g(torch.randn(n, 8)))).mean()
        self.opt_g.zero_grad()
        loss_g.backward()
        self.opt_g.step()
        self.trace.append((loss_d.item(), loss_g.item()))


torch.manual_seed(24)
duel = Duel()
for k in range(300):
    duel.round()
    if k % 50 == 49:
        d, g = zip(*duel.trace[-50:])
        print(f"round {k} D {min(d):.3f}..{max(d):.3f} G {min(g):.3f}..{max(g):.3f}")
