"""Training loops as people write them: any step must repeat in place, bit for bit, and leave no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.watch.rewind.rehearsal import run

pytestmark = pytest.mark.slow

HEAD = """
import random, itertools
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
torch.manual_seed(3); random.seed(3); np.random.seed(3)
X = torch.randn(48, 6); Y = torch.randn(48, 1)
net = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1))
def loss_of(x, y, m=None):
    return (((m or net)(x) - y) ** 2).mean()
"""

IDIOMS = {
    "index loop at module level": """
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    total = 0.0
    for i in range(0, 48, 12):
        loss = loss_of(X[i:i + 12], Y[i:i + 12])
        opt.zero_grad(); loss.backward(); opt.step()
        total += loss.item()
    print(epoch, total)
""",
    "list of batches in a function": """
batches = [(X[i:i + 8], Y[i:i + 8]) for i in range(0, 48, 8)]
def train():
    opt = torch.optim.SGD(net.parameters(), lr=1e-2, momentum=0.9)
    losses = []
    for epoch in range(2):
        for x, y in batches:
            opt.zero_grad()
            loss = loss_of(x, y)
            loss.backward()
            opt.step()
            losses.append(loss.item())
    print(losses)
train()
""",
    "loader, epoch after epoch": """
loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True)
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
for epoch in range(4):
    for step, (x, y) in enumerate(loader):
        loss = loss_of(x, y)
        opt.zero_grad(set_to_none=True); loss.backward(); opt.step()
    print(epoch, step, loss.item())
""",
    "loader with its own generator, batch moved and scaled": """
g = torch.Generator().manual_seed(4)
loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True, generator=g)
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
for epoch in range(3):
    for x, y in loader:
        x, y = x.to("cpu"), y.float()
        loss = loss_of(x, y)
        opt.zero_grad(); loss.backward(); opt.step()
    print(loss.item())
""",
    "data set that draws random numbers": """
class Noisy(Dataset):
    def __len__(self): return 48
    def __getitem__(self, i): return X[i] + 0.1 * torch.randn(6) + random.random(), Y[i] * np.random.rand()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(2):
    for x, y in DataLoader(Noisy(), batch_size=16, shuffle=True):
        loss = loss_of(x, y.float())
        opt.zero_grad(); loss.backward(); opt.step()
    print(loss.item())
""",
    "stream by next": """
def stream(g):
    centre = torch.randn(6, generator=g)
    while True:
        x = torch.randn(16, 6, generator=g) + centre
        yield x, x.sum(-1, keepdim=True)
batches = stream(torch.Generator().manual_seed(5))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(8):
    x, y = next(batches)
    loss = loss_of(x, y)
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
""",
    "loop over a generator function": """
def stream(n):
    for k in range(n):
        x = torch.randn(16, 6)
        yield x, x.sum(-1, keepdim=True) + k
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for x, y in stream(8):
    loss = loss_of(x, y)
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
""",
    "iterator of a loader by next": """
loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True)
it = iter(loader)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(8):
    try:
        x, y = next(it)
    except StopIteration:
        it = iter(loader)
        x, y = next(it)
    loss = loss_of(x, y)
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
""",
    "permutation split": """
g = torch.Generator().manual_seed(7)
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3)
def main():
    for epoch in range(3):
        for idx in torch.randperm(48, generator=g).split(16):
            loss = loss_of(X[idx], Y[idx])
            net.zero_grad(); loss.backward(); opt.step()
        print(loss.item())
main()
""",
    "accumulation": """
opt = torch.optim.SGD(net.parameters(), lr=1e-2)
loader = DataLoader(TensorDataset(X, Y), batch_size=6, shuffle=True)
for epoch in range(3):
    for k, (x, y) in enumerate(loader):
        loss = loss_of(x, y) / 2
        loss.backward()
        if (k + 1) % 2 == 0:
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            opt.zero_grad()
    print(loss.item())
""",
    "accumulation inside the step": """
opt = torch.optim.SGD(net.parameters(), lr=1e-2)
for it in range(6):
    opt.zero_grad()
    for micro in range(3):
        i = torch.randint(0, 48, (8,))
        loss = loss_of(X[i], Y[i])
        (loss / 3).backward()
    opt.step()
    print(loss.item())
""",
    "gradients never zeroed": """
opt = torch.optim.SGD(net.parameters(), lr=1e-3)
for it in range(6):
    i = torch.randint(0, 48, (8,))
    loss_of(X[i], Y[i]).backward()
    opt.step()
""",
    "two optimizers, one after the other": """
other = nn.Linear(6, 6)
opt_d = torch.optim.Adam(net.parameters(), lr=1e-2)
opt_g = torch.optim.Adam(other.parameters(), lr=1e-2)
for it in range(4):
    x = X[torch.randperm(48)[:12]]
    d_loss = loss_of(other(x).detach(), Y[:12]) - loss_of(x, Y[:12])
    opt_d.zero_grad(); d_loss.backward(); opt_d.step()
    for p in net.parameters(): p.data.clamp_(-0.5, 0.5)
    for _ in range(2):
        g_loss = loss_of(other(torch.randn(12, 6)), Y[:12])
        opt_g.zero_grad(); g_loss.backward(); opt_g.step()
    print(d_loss.item(), g_loss.item())
""",
    "two optimizers after one backward": """
other = nn.Linear(6, 6)
opt_a = torch.optim.Adam(net.parameters(), lr=1e-2)
opt_b = torch.optim.SGD(other.parameters(), lr=1e-2)
for it in range(4):
    i = torch.randperm(48)[:12]
    loss = loss_of(other(X[i]), Y[i])
    opt_a.zero_grad(); opt_b.zero_grad()
    loss.backward()
    opt_a.step(); opt_b.step()
    print(loss.item())
""",
    "function per epoch": """
def train_one_epoch(net, loader, opt, epoch):
    net.train()
    total, n = 0.0, 0
    for x, y in loader:
        loss = loss_of(x, y)
        opt.zero_grad(); loss.backward(); opt.step()
        total += loss.item() * len(x); n += len(x)
    return total / n
def evaluate(net):
    net.eval()
    with torch.no_grad(): return loss_of(X, Y).item()
loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True, drop_last=True)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
best = float("inf")
for epoch in range(3):
    train = train_one_epoch(net, loader, opt, epoch)
    best = min(best, evaluate(net))
    print(epoch, train, best)
""",
    "function per step, global counter": """
step = 0
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
def train_step(x, y):
    global step
    loss = loss_of(x, y) * (1 + 0.1 * step)
    opt.zero_grad(); loss.backward(); opt.step()
    step += 1
    return loss.item()
while step < 6:
    i = np.random.choice(48, 12, replace=False)
    print(train_step(X[i], Y[i]))
""",
    "trainer class": """
class Base:
    def __init__(self): self.it = 0
    def after(self): self.it += 1
class Trainer(Base):
    def __init__(self, net):
        super().__init__()
        self.net, self.__secret = net, 0
        self.opt = torch.optim.Adam(net.parameters(), lr=1e-2)
        self.ema = {k: v.clone() for k, v in net.state_dict().items()}
        self.rng = np.random.default_rng(2)
    def after(self):
        self.__secret += 1
        super().after()
        for k, v in self.net.state_dict().items():
            if v.is_floating_point(): self.ema[k].lerp_(v, 0.1)
    def step(self):
        i = self.rng.integers(0, 48, 12)
        loss = loss_of(X[i], Y[i]) * (1 + self.it / 10) + self.ema["0.weight"].sum() + self.__secret
        self.opt.zero_grad(); loss.backward(); self.opt.step()
        self.after()
        return loss.item()
    def fit(self, n):
        while self.it < n:
            print(self.step())
Trainer(net).fit(7)
""",
    "closure, LBFGS": """
opt = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=3)
for i in range(3):
    def closure():
        opt.zero_grad()
        loss = loss_of(X, Y)
        loss.backward()
        return loss
    print(opt.step(closure).item())
""",
    "closure, Adam": """
opt = torch.optim.Adam(net.parameters(), lr=0.1)
def closure():
    opt.zero_grad()
    loss = loss_of(X, Y)
    loss.backward()
    return loss
losses = []
for i in range(3):
    losses.append(opt.step(closure).item())
print(losses)
""",
    "prefetch at the end of the body": """
def get_batch():
    ix = torch.randint(48, (8,))
    return X[ix], Y[ix]
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
x, y = get_batch()
it = 0
while True:
    lr = 1e-2 / (1 + it)
    for group in opt.param_groups: group["lr"] = lr
    for micro in range(2):
        loss = loss_of(x, y) / 2
        x, y = get_batch()
        loss.backward()
    opt.step()
    opt.zero_grad(set_to_none=True)
    it += 1
    if it > 6: break
print(loss.item())
""",
    "many kinds of random numbers": """
rs, r, np_g = np.random.RandomState(3), random.Random(4), np.random.default_rng(6)
g = torch.Generator().manual_seed(5)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for it in range(6):
    x = X[:12] + rs.randn() + r.gauss(0, 1) + torch.rand(12, 6, generator=g)
    x = x + np_g.normal() + random.gauss(0, 1)
    loss = loss_of(x, Y[:12] * np.random.randn() * random.random())
    opt.zero_grad(); loss.backward(); opt.step()
    print(loss.item())
""",
    "blocks around": """
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
ctx = torch.autocast("cpu", dtype=torch.bfloat16)
for it in range(5):
    try:
        with ctx:
            i = torch.randperm(48)[:12]
            loss = loss_of(X[i], Y[i])
            if it % 2 == 0:
                with torch.enable_grad():
                    opt.zero_grad(); loss.backward(); opt.step()
                    extra = torch.rand(()).item()
            else:
                opt.zero_grad(); loss.backward(); opt.step()
    except RuntimeError:
        print("never")
    finally:
        print(it, loss.item(), extra)
""",
    "checkpoint and scheduler": """
from torch.utils.checkpoint import checkpoint
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 6)
for it in range(6):
    h = checkpoint(net, X[:12] + torch.rand(12, 6), use_reentrant=False)
    loss = ((h - Y[:12]) ** 2).mean() * sched.get_last_lr()[0]
    opt.zero_grad(); loss.backward(); opt.step(); sched.step()
    print(loss.item())
""",
    "nested function, nonlocal": """
def main():
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    position, seen = 0, []
    def get_batch():
        nonlocal position
        position = (position + 5) % 36
        return X[position:position + 12], Y[position:position + 12]
    def report(loss):
        seen.append(loss)
        return len(seen)
    n = 0
    while n < 6:
        x, y = get_batch()
        loss = loss_of(x, y) + position / 100 + n
        opt.zero_grad(); loss.backward(); opt.step()
        n = report(loss.item())
    print(seen)
main()
""",
    "scaler": """
opt = torch.optim.SGD(net.parameters(), lr=1e-2)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0 ** 4, growth_interval=2)
for it in range(8):
    i = torch.randperm(48)[:12]
    with torch.autocast("cpu", dtype=torch.float16):
        loss = loss_of(X[i], Y[i])
    opt.zero_grad()
    scaler.scale(loss).backward()
    scaler.unscale_(opt)
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    scaler.step(opt)
    scaler.update()
    print(loss.item(), scaler.get_scale())
""",
    "skipped batches": """
opt = torch.optim.SGD(net.parameters(), lr=1e-2)
for k, (x, y) in enumerate(zip(X.split(6), Y.split(6))):
    if k % 3 == 1:
        continue
    loss = loss_of(x, y)
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
""",
    "endless epochs": """
loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
done = 0
while done < 8:
    for x, y in loader:
        loss = loss_of(x, y)
        opt.zero_grad(); loss.backward(); opt.step()
        done += 1
        if done == 8: break
    print(done, loss.item())
""",
    "three functions deep, batches as dicts, through a generator": """
def progress(batches):
    for batch in batches:
        yield batch
def collate(rows):
    return {"x": torch.stack([r[0] for r in rows]), "y": torch.stack([r[1] for r in rows])}
def train_batch(opt, batch):
    loss = loss_of(batch["x"], batch["y"])
    opt.zero_grad(); loss.backward(); opt.step()
    noise = torch.rand(()).item()
    return loss.item(), noise
def run_epoch(opt, loader, epoch):
    seen = []
    for k, batch in enumerate(progress(loader)):
        value, noise = train_batch(opt, batch)
        seen.append((k, value, noise))
    return seen
def main(epochs):
    loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True, collate_fn=collate)
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(epochs):
        print(epoch, run_epoch(opt, loader, epoch))
main(3)
""",
    "batches drawn two at a time": """
labelled = DataLoader(TensorDataset(X, Y), batch_size=8, shuffle=True)
unlabelled = DataLoader(TensorDataset(X), batch_size=12, shuffle=True)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for (x, y), (u,) in zip(itertools.cycle(labelled), itertools.chain(unlabelled, unlabelled)):
    loss = loss_of(x, y) + net(u + 0.1 * torch.randn_like(u)).square().mean()
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
""",
    "own optimizer, weights changed by hand": """
class Plain(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})
        self.calls = 0
    @torch.no_grad()
    def step(self, closure=None):
        self.calls += 1
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None: p.add_(p.grad, alpha=-group["lr"])
opt = Plain(net.parameters(), lr=1e-2)
for it in range(7):
    i = torch.randperm(48)[:12]
    loss = loss_of(X[i], Y[i])
    opt.zero_grad(); loss.backward(); opt.step()
    with torch.no_grad():
        net[0].weight.clamp_(-0.4, 0.4)
    print(loss.item())
""",
    "buffer replaced and slots": """
class Count:
    __slots__ = ("n",)
    def __init__(self): self.n = 0
class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(6)); self.calls = 0
    def forward(self, x):
        self.mean = 0.9 * self.mean + 0.1 * x.mean(0).detach(); self.calls += 1
        return (x - self.mean) * (1 + 0.01 * self.calls)
norm, count = Norm(), Count()
opt = torch.optim.SGD(net.parameters(), lr=1e-2)
for it in range(6):
    i = torch.randperm(48)[:12]
    loss = loss_of(norm(X[i]), Y[i]) + count.n
    opt.zero_grad(); loss.backward(); opt.step()
    count.n += 1
    print(loss.item())
""",
}


@pytest.mark.parametrize("name", IDIOMS)
def test_every_step_repeats(name: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(HEAD + IDIOMS[name])
    bare = run(path, None)
    seen = run(path, {0, 1, 2, 3, 5, 6})
    wrong = [
        (step, replay, grads, why) for step, replay, grads, why in seen.replays
        if replay is None or replay.equal is not True or not grads
    ]  # fmt: skip
    assert not wrong
    assert len(seen.replays) >= 6
    assert not seen.disturbed
    assert seen.out == bare.out
    assert seen.weights == bare.weights
