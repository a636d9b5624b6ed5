import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Router(nn.Module):
    """Soft assignment of tokens to a few shared slots (temperature is learned)."""

    def __init__(self, dim, slots):
        super().__init__()
        self.slots = nn.Parameter(torch.randn(slots, dim) * 0.6)
        self.log_temp = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        score = x @ self.slots.T * self.log_temp.exp()
        weight = score.exp()
        weight = weight / weight.sum(-1, keepdim=True)
        return weight @ self.slots


class Block(nn.Module):
    def __init__(self, dim, slots):
        super().__init__()
        self.router = Router(dim, slots)
        self.up, self.down = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)

    def forward(self, x):
        x = x + self.router(x)
        return x + self.down(nn.functional.silu(self.up(x)))


class Stack(nn.Module):
    def __init__(self, dim=24, slots=8, depth=4, n_out=6):
        super().__init__()
        self.blocks = nn.ModuleList(Block(dim, slots) for _ in range(depth))
        self.head = nn.Linear(dim, n_out)

    def forward(self, x):
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        return self.head(x.mean(1))
