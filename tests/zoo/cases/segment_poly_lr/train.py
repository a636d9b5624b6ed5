"""Crop segmentation from four spectral bands, per-pixel classifier with a small context; polynomial decay as in DeepLab."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

CLASSES = 4


class Fields(Dataset):
    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        signature = rng.normal(size=(CLASSES, 4))
        coarse = rng.integers(0, CLASSES, size=(n, 4, 4))
        self.label = coarse.repeat(4, 1).repeat(4, 2)
        bands = signature[self.label] + 0.8 * rng.normal(size=(n, 16, 16, 4))
        self.bands = np.ascontiguousarray(bands.transpose(0, 3, 1, 2)).astype(np.float32)

    def __len__(self):
        return len(self.label)

    def __getitem__(self, i):
        return self.bands[i], self.label[i]


class PolyDecay:
    """base * (1 - it / max_it) ** 0.9"""

    def __init__(self, optimizer, max_it, power=0.9):
        self.optimizer, self.max_it, self.power = optimizer, max_it, power
        self.base = [g["lr"] for g in optimizer.param_groups]

    def __call__(self, it):
        factor = np.power(1.0 - it / self.max_it, self.power)
        for group, base in zip(self.optimizer.param_groups, self.base):
            group["lr"] = float(base * factor)


def main(epochs=4, batch=24):
    torch.manual_seed(38)
    data = Fields(250, 38)
    loader = DataLoader(data, batch_size=batch, shuffle=True)
    net = nn.Sequential(nn.Conv2d(4, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
                        nn.Conv2d(16, CLASSES, 1))
    opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    decay = PolyDecay(opt, max_it=epochs * (len(data) // batch))
    it = 0
    for epoch in range(epochs):
        for bands, label in loader:
            decay(it)
            opt.zero_grad()
            loss = nn.functional.cross_entropy(net(bands), label)
            loss.backward()
            opt.step()
            it += 1
        print(f"epoch {epoch} loss {loss.item():.4f} lr {opt.param_groups[0]['lr']:.5f}")
    print("trained" if all(p.isfinite().all() for p in net.parameters()) else "weights lost")


main()
