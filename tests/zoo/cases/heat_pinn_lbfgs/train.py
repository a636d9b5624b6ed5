"""Physics-informed network for u_t = 0.1 u_xx on [0, 1], u(x, 0) = sin(pi x): a few Adam steps, then L-BFGS in float64."""
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(9)
KAPPA = 0.1


class Field(nn.Module):
    def __init__(self, hidden=20):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, x, t):
        return self.net(torch.stack([x, t], -1)).squeeze(-1)


def residual(u, x, t):
    x, t = x.requires_grad_(), t.requires_grad_()
    value = u(x, t)
    u_x, u_t = torch.autograd.grad(value.sum(), (x, t), create_graph=True)
    (u_xx,) = torch.autograd.grad(u_x.sum(), x, create_graph=True)
    return u_t - KAPPA * u_xx


inside = torch.rand(200, 2)
start = torch.linspace(0, 1, 50)
edge_t = torch.linspace(0, 1, 25)
field = Field()


def energy():
    physics = residual(field, inside[:, 0].clone(), inside[:, 1].clone()).square().sum()
    initial = (field(start, torch.zeros(50)) - torch.sin(math.pi * start)).square().sum()
    walls = field(torch.zeros(25), edge_t).square().sum() + field(torch.ones(25), edge_t).square().sum()
    return physics + 100 * (initial + walls)


adam = torch.optim.Adam(field.parameters(), lr=5e-3)
for it in range(60):
    adam.zero_grad()
    loss = energy()
    loss.backward()
    adam.step()
print("after Adam", loss.item())

lbfgs = torch.optim.LBFGS(field.parameters(), max_iter=12, history_size=20, tolerance_change=0, line_search_fn="strong_wolfe")


def closure():
    lbfgs.zero_grad()
    value = energy()
    value.backward()
    return value


for round_ in range(8):
    print(f"round {round_} energy {lbfgs.step(closure).item():.6f}")
exact = math.exp(-KAPPA * math.pi ** 2 * 0.5)
print("u(0.5, 0.5) =", field(torch.tensor([0.5]), torch.tensor([0.5])).item(), "exact", exact)
