import numpy as np
import torch
import torch.nn.functional as F

from model import TrackNet


def sweeps(n, points, rng):
    """x, y, doppler, width and received power (linear units) for every point of a sweep"""
    kind = rng.integers(0, 3, size=n)
    xyz = rng.normal(size=(n, points, 3)) * np.array([0.4, 1.0, 2.0])[kind][:, None, None]
    width = rng.uniform(0.1, 0.5, size=(n, points, 1)) * (1 + kind)[:, None, None]
    power = rng.gamma(2.0, 3.0, size=(n, points, 1)) * (1 + kind)[:, None, None] / 2
    power[187, 3] = 600.0    # corner reflector
    return np.concatenate([xyz, width, power], 2).astype(np.float32), kind


rng = np.random.default_rng(26)
torch.manual_seed(26)
points, kind = map(torch.from_numpy, sweeps(480, 24, rng))
net = TrackNet()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
hits = seen = 0

for step in range(90):
    rows = torch.from_numpy(rng.integers(0, len(points), size=16))
    with torch.autocast("cpu", dtype=torch.float16):
        logits = net(points[rows])
    loss = F.cross_entropy(logits.float(), kind[rows])
    opt.zero_grad()
    loss.backward()
    opt.step()
    hits, seen = hits + int((logits.argmax(1) == kind[rows]).sum()), seen + len(rows)
    if step % 15 == 14:
        print(f"step {step} loss {loss.item():.4f} accuracy {hits / seen:.3f}")
        hits = seen = 0
