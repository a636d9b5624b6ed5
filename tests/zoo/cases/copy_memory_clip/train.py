# Copy the first symbols of a sequence after a long delay. Recurrent net whose gradients are huge at first and are clipped.
import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_value_, get_total_norm

torch.manual_seed(52)
DELAY, SYMBOLS, HIDDEN = 25, 4, 48


class Elman(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.RNNCell(SYMBOLS + 1, HIDDEN, nonlinearity="relu")
        self.read = nn.Linear(HIDDEN, SYMBOLS)
        nn.init.orthogonal_(self.cell.weight_hh, gain=1.5)

    def forward(self, x):
        h = x.new_zeros(x.shape[1], HIDDEN)
        for step in x:
            h = self.cell(step, h)
        return self.read(h)


def batch(n=32):
    symbol = torch.randint(0, SYMBOLS, (n,))
    x = torch.zeros(DELAY, n, SYMBOLS + 1)
    x[0, torch.arange(n), symbol] = 1
    x[1:, :, SYMBOLS] = 0.02 * torch.randn(DELAY - 1, n)
    return x, symbol


net = Elman()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
largest = 0.0
for it in range(300):
    x, symbol = batch()
    loss = nn.functional.cross_entropy(net(x), symbol, reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    largest = max(largest, get_total_norm([p.grad for p in net.parameters()]).item())
    clip_grad_value_(net.parameters(), 0.05)
    optimizer.step()
    if it % 50 == 0:
        print(f"it {it} loss {loss.item() / len(symbol):.4f}, largest gradient norm so far {largest:.3g}")
