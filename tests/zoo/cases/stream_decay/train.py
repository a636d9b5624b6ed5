# Long-range copy of a running mean: diagonal linear recurrence, trained by truncated backpropagation over a stream.
import torch
import torch.nn as nn

torch.manual_seed(40)
STATE, CHUNK, LANES = 32, 100, 16


class DiagonalRecurrence(nn.Module):
    def __init__(self, n_in, n_state):
        super().__init__()
        self.decay = nn.Parameter(torch.empty(n_state).uniform_(0.9, 0.999))
        self.inp = nn.Linear(n_in, n_state, bias=False)
        self.out = nn.Linear(n_state, 1)

    def forward(self, x, h):
        ys = []
        for t in range(x.shape[1]):
            h = self.decay * h + self.inp(x[:, t])
            ys.append(self.out(h))
        return torch.cat(ys, 1), h


def stream(gen):
    level = torch.zeros(LANES, 1)
    while True:
        x = torch.randn(LANES, CHUNK, 2, generator=gen)
        target = []
        for t in range(CHUNK):
            level = 0.98 * level + 0.2 * x[:, t, :1]
            target.append(level)
        yield x, torch.cat(target, 1)


net = DiagonalRecurrence(2, STATE)
sgd = torch.optim.SGD(net.parameters(), lr=0.002, momentum=0.9)
h = torch.zeros(LANES, STATE)
source = stream(torch.Generator().manual_seed(40))

for chunk in range(60):
    x, target = next(source)
    y, h = net(x, h.detach())
    loss = (y - target).pow(2).mean()
    sgd.zero_grad(set_to_none=True)
    loss.backward()
    sgd.step()
    if chunk % 5 == 0:
        print(f"chunk {chunk:3d} mse {loss.item():.5g} longest memory {net.decay.max().item():.4f}")
