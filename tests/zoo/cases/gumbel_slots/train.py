# Discrete codes with straight-through Gumbel noise; the whole net runs in half precision with float32 master weights.
import copy
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(1234)
CODES, GROUPS = 16, 6


def gumbel_like(logits):
    u = torch.rand(logits.shape).to(logits.dtype)
    return -torch.log(-torch.log(u + 1e-4))


class Quantiser(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.to_logits = nn.Linear(dim, GROUPS * CODES)
        self.codebook = nn.Parameter(torch.randn(GROUPS, CODES, 8) * 0.2)

    def forward(self, h, tau):
        logits = self.to_logits(h).view(-1, GROUPS, CODES)
        y = F.softmax((logits + gumbel_like(logits)) / tau, dim=-1)
        return torch.einsum("bgc,gcd->bgd", y, self.codebook).flatten(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(24, 48), nn.ReLU())
        self.quant = Quantiser(48)
        self.dec = nn.Linear(GROUPS * 8, 24)

    def forward(self, x, tau):
        return self.dec(self.quant(self.enc(x), tau))


master = Net()
half = copy.deepcopy(master).half()
opt = torch.optim.SGD(master.parameters(), lr=0.05, momentum=0.9)
basis = torch.randn(5, 24)
SCALE = 128.0

for it in range(150):
    x = (torch.randn(8, 5) @ basis / 3).half()
    tau = max(0.5, 2.0 * 0.99 ** it)
    loss = F.mse_loss(half(x, tau).float(), x.float())
    half.zero_grad()
    (loss * SCALE).backward()
    for p, q in zip(master.parameters(), half.parameters()):
        p.grad = q.grad.float() / SCALE
    opt.step()
    with torch.no_grad():
        for p, q in zip(master.parameters(), half.parameters()):
            q.copy_(p)
    if it % 25 == 0:
        print(it, "mse", loss.item(), "tau", round(tau, 3))
