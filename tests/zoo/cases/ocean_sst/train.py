"""Downscale sea surface temperature: 16x16 coarse field to 32x32, cells on land are left out of the loss."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

FILL = np.float32(9.96921e36)


def archive(days, rng):
    """What the reader returns: float32 fields in kelvin, land cells hold the format's fill value."""
    yy, xx = np.mgrid[0:32, 0:32] / 32
    land = (xx + 0.3 * np.sin(6 * yy)) > 0.85
    phase = rng.uniform(0, 6.28, size=(days, 1, 1))
    sst = 288 + 6 * np.cos(3 * yy + phase) + 2 * np.sin(9 * xx - phase) + 0.2 * rng.normal(size=(days, 32, 32))
    sst = sst.astype(np.float32)
    sst[:, land] = FILL
    cloudy = rng.choice(days, size=2, replace=False)
    sst[cloudy, 10:14, 3:9] = FILL
    return sst, land


class Days(Dataset):
    def __init__(self, days=256, seed=8):
        sst, land = archive(days, np.random.default_rng(seed))
        sst[:, land] = 288.0
        self.fine = (sst - 288.0) / 5.0
        self.weight = (~land).astype(np.float32)

    def __len__(self):
        return len(self.fine)

    def __getitem__(self, i):
        fine = torch.from_numpy(self.fine[i])
        return fine[::2, ::2].unsqueeze(0), fine, torch.from_numpy(self.weight)


class Upscale(nn.Module):
    def __init__(self, ch=12):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, ch, 3, padding=1), nn.ReLU(), nn.Conv2d(ch, 4, 3, padding=1))
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, coarse):
        return self.shuffle(self.body(coarse)).squeeze(1)


def main():
    torch.manual_seed(8)
    days = Days()
    season = torch.tensor([1.0 if i % 4 else 2.0 for i in range(len(days))])
    loader = DataLoader(days, batch_size=16, sampler=WeightedRandomSampler(season, len(days), replacement=False))
    model = Upscale()
    optim = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(3):
        for coarse, fine, weight in loader:
            error = (model(coarse) - fine) ** 2
            loss = (error * weight).sum() / weight.sum()
            optim.zero_grad()
            loss.backward()
            optim.step()
        print(f"epoch {epoch} weighted mse {loss.item():.5f}")


if __name__ == "__main__":
    main()
