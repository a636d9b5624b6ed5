# origin: https://github.com/microsoft/dion/pull/24
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class LARS(torch.optim.Optimizer):
    """Layer-wise adaptive rate scaling, https://arxiv.org/abs/1708.03888"""

    def __init__(self, params, lr, momentum=0.9, weight_decay=1e-4, eta=1e-3):
        defaults = dict(lr=lr, momentum=momentum, weight_decay=weight_decay, eta=eta)
        super().__init__(params, defaults)

    def _local_lr(self, p, d_p, group):
        weight_norm = torch.norm(p)
        grad_norm = torch.norm(d_p)
        scale = grad_norm + group["weight_decay"] * weight_norm
        if scale == 0:  #+
            return 1.0  #+
        return group["eta"] * weight_norm / scale  #*

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                d_p = p.grad
                local_lr = self._local_lr(p, d_p, group)
                update = d_p.add(p, alpha=group["weight_decay"]) * local_lr
                buf = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
                buf.mul_(group["momentum"]).add_(update)
                p.add_(buf, alpha=-group["lr"])
        return loss


class ResidualMLP(nn.Module):
    def __init__(self, dim=64, depth=4, classes=10):
        super().__init__()
        self.inp = nn.Linear(32, dim)
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            out = nn.Linear(dim, dim, bias=False)
            nn.init.zeros_(out.weight)
            self.blocks.append(nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), out))
        self.head = nn.Linear(dim, classes)
        for m in self.modules():
            if isinstance(m, nn.Linear) and m.bias is not None:
                nn.init.zeros_(m.bias)

    def forward(self, x):
        h = self.inp(x)
        for block in self.blocks:
            h = h + block(h)
        return self.head(h)


def train(model, loader, epochs=1, lr=1.0):
    optimizer = LARS(model.parameters(), lr=lr)
    for _ in range(epochs):
        for x, y in loader:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()
