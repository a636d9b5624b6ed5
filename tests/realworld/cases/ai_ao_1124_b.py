# origin: https://github.com/pytorch/ao/pull/1124
# kinds: precision
import copy

import torch
import torch.nn as nn


class ModelEMA:
    """Exponential moving average of a model kept alongside it for evaluation."""

    def __init__(self, model, decay=0.9999):
        self.module = copy.deepcopy(model).eval()
        self.module = self.module.float()  #+
        self.decay = decay
        self.updates = 0
        for p in self.module.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        for ema_p, p in zip(self.module.parameters(), model.parameters()):
            ema_p.mul_(self.decay).add_(p.to(ema_p.dtype), alpha=1 - self.decay)  #*
        for ema_b, b in zip(self.module.buffers(), model.buffers()):
            ema_b.copy_(b)

    def state_dict(self):
        return {"updates": self.updates, "module": self.module.state_dict()}


class ResidualMLP(nn.Module):
    def __init__(self, dim, depth):
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
            for _ in range(depth)
        )

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return x


def train(loader, dim=64, depth=4, steps=10000, lr=3e-4, device="cuda"):
    model = ResidualMLP(dim, depth).to(device)
    ema = ModelEMA(copy.deepcopy(model).to(torch.bfloat16))
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for step, (x, y) in enumerate(loader):
        if step >= steps:
            break
        with torch.autocast(device_type=device, dtype=torch.bfloat16):
            loss = nn.functional.mse_loss(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        ema.update(model)
    return model, ema
