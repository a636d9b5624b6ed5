import torch
import torch.nn.functional as F

from blocks import Stack


def make_split(n, g):
    kind = torch.randint(0, 6, (n,), generator=g)
    centre = torch.randn(6, 24, generator=torch.Generator().manual_seed(1))
    x = 2.5 * centre[kind].unsqueeze(1) + 4.0 * torch.randn(n, 10, 24, generator=g)
    flip = torch.rand(n, generator=g) < 0.15
    return x, torch.where(flip, torch.randint(0, 6, (n,), generator=g), kind)


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        acc = (model(x).argmax(-1) == y).float().mean().item()
    model.train()
    return acc


torch.manual_seed(8)
g = torch.Generator().manual_seed(8)
x_train, y_train = make_split(768, g)
x_val, y_val = make_split(128, g)
model = Stack()
decay = [p for n, p in model.named_parameters() if p.ndim == 2]
rest = [p for n, p in model.named_parameters() if p.ndim != 2]
opt = torch.optim.AdamW([{"params": decay, "weight_decay": 1e-2}, {"params": rest, "weight_decay": 0.0}], lr=0.02)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.02, total_steps=120)

for it in range(120):
    idx = torch.randint(0, len(x_train), (32,), generator=g)
    loss = F.cross_entropy(model(x_train[idx]), y_train[idx])
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if it % 20 == 0:
        print(f"it {it} loss {loss.item():.3f} val acc {evaluate(model, x_val, y_val):.2f} lr {sched.get_last_lr()[0]:.4f}")
