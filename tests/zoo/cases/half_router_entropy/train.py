import torch
from torch import nn
import torch.nn.functional as F

EXPERTS, DIM, CLASSES = 8, 32, 10
device = "cpu"
amp_dtype = torch.float16


class SoftMoE(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(DIM, EXPERTS)
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(DIM, 48), nn.ReLU(), nn.Linear(48, CLASSES))
                                      for _ in range(EXPERTS)])

    def forward(self, x):
        routing = self.gate(x).softmax(dim=-1).to(x.dtype)
        outs = torch.stack([e(x) for e in self.experts], 1)
        return (routing.unsqueeze(-1) * outs).sum(1), routing


def routing_entropy(p):
    return -(p * p.log()).sum(-1).mean()


def sample(n, gen):
    y = torch.randint(0, CLASSES, (n,), generator=gen)
    proto = torch.randn(CLASSES, DIM, generator=torch.Generator().manual_seed(9))
    return (5.0 * proto[y] + torch.randn(n, DIM, generator=gen)).half(), y


torch.manual_seed(2)
gen = torch.Generator().manual_seed(2)
model = SoftMoE().to(device)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scaler = torch.amp.GradScaler(device, init_scale=2.0 ** 10)
best = float("inf")

for step in range(160):
    x, y = sample(64, gen)
    with torch.autocast(device, dtype=amp_dtype):
        logits, routing = model(x)
    loss = F.cross_entropy(logits.float(), y) + 0.02 * routing_entropy(routing).float()
    optimizer.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    best = min(best, loss.item())
    if step % 20 == 0:
        print(f"{step} loss {loss.item():.4f} best {best:.4f} scale {scaler.get_scale()}")
