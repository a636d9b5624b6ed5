"""Maximum-likelihood fit of a logistic growth curve with L-BFGS, noise level included."""
import numpy as np
import torch

rng = np.random.default_rng(14)
days = torch.linspace(0, 30, 160)
height = 2.1 / (1 + torch.exp(-(days - 12) / 3.5)) + 0.09 * torch.tensor(rng.normal(size=160), dtype=torch.float32)


class Growth(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.ceiling = torch.nn.Parameter(torch.tensor(1.5))
        self.midpoint = torch.nn.Parameter(torch.tensor(1.0))
        self.rate = torch.nn.Parameter(torch.tensor(0.5))
        self.sigma = torch.nn.Parameter(torch.tensor(1.5))

    def forward(self, t):
        return self.ceiling * torch.sigmoid((t / 10 - self.midpoint) / self.rate)

    def nll(self, t, y):
        z = (y - self(t)) / self.sigma
        return (0.5 * z ** 2 + torch.log(self.sigma)).mean()


curve = Growth()
optimizer = torch.optim.LBFGS(curve.parameters(), lr=0.3, max_iter=3, history_size=6)


def closure():
    optimizer.zero_grad()
    loss = curve.nll(days, height)
    loss.backward()
    return loss


for sweep in range(25):
    loss = optimizer.step(closure)
    if sweep % 4 == 0:
        print(sweep, loss.item(), {n: round(q.item(), 3) for n, q in curve.named_parameters()})
