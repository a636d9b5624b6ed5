import torch
from torch import nn

from private import per_example_grads, privatise


def hinge(score, y):
    return torch.relu(1 - y * score.squeeze(-1))


def patients(n, gen):
    x = torch.randn(n, 10, generator=gen)
    y = torch.sign(x[:, 0] - 0.7 * x[:, 3] + 0.4 * x[:, 1] * x[:, 2] + 0.2 * torch.randn(n, generator=gen))
    return x, y


gen = torch.Generator().manual_seed(6)
torch.manual_seed(6)
x, y = patients(1500, gen)
net = nn.Sequential(nn.Linear(10, 24), nn.Tanh(), nn.Linear(24, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.3, momentum=0.8)

for it in range(120):
    rows = torch.nonzero(torch.rand(len(x), generator=gen) < 0.02).squeeze(1)
    grads = per_example_grads(net, hinge, x[rows], y[rows])
    clipped = privatise(net, grads, max_norm=1.0, noise=0.6, generator=gen)
    opt.step()
    if it % 20 == 0:
        with torch.no_grad():
            acc = (torch.sign(net(x).squeeze(-1)) == y).float().mean().item()
        print(f"round {it} accuracy {acc:.3f} clipped {clipped:.2f}")
