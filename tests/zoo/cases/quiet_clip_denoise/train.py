import math
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader

SR, LENGTH, N_FFT, HOP = 8000, 2048, 256, 128


class NoisyClips(Dataset):
    """Synthetic voiced clips with recorder noise; clips come from a recorder with a noise gate."""

    def __init__(self, n=160, seed=5):
        g = torch.Generator().manual_seed(seed)
        t = torch.arange(LENGTH) / SR
        f0 = 90 + 160 * torch.rand(n, 1, generator=g)
        harmonics = sum(torch.sin(2 * math.pi * k * f0 * t) / k for k in range(1, 5))
        envelope = torch.sigmoid(6 * torch.sin(2 * math.pi * 3 * t + 6 * torch.rand(n, 1, generator=g)))
        self.clean = harmonics * envelope
        self.clean[97, 900:] = 0.0
        self.noise = 0.2 * torch.randn(n, LENGTH, generator=g)
        self.noise[97, 900:] = 0.0

    def __len__(self):
        return len(self.clean)

    def __getitem__(self, i):
        return self.clean[i] + self.noise[i], self.clean[i]


class MaskNet(nn.Module):
    def __init__(self, bins=N_FFT // 2 + 1):
        super().__init__()
        self.register_buffer("window", torch.hann_window(N_FFT))
        self.gru = nn.GRU(bins, 48, batch_first=True)
        self.mask = nn.Linear(48, bins)

    def stft(self, wave):
        return torch.stft(wave, N_FFT, HOP, window=self.window, return_complex=True).transpose(1, 2)

    def forward(self, wave):
        spec = self.stft(wave)
        h, _ = self.gru(torch.log1p(spec.abs()))
        return spec * torch.sigmoid(self.mask(h))


def compressed_magnitude(spec, power=0.3):
    ri = torch.view_as_real(spec)
    return (ri[..., 0] ** 2 + ri[..., 1] ** 2) ** (power / 2)


def spectral_loss(net, noisy, clean):
    est = net(noisy)
    ref = net.stft(clean)
    return (compressed_magnitude(est) - compressed_magnitude(ref)).abs().mean()


def train_one_epoch(net, loader, opt, epoch):
    net.train()
    running = 0.0
    for i, (noisy, clean) in enumerate(loader):
        loss = spectral_loss(net, noisy, clean)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        running += loss.item()
    print(f"[{epoch}] spectral loss {running / (i + 1):.4f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    loader = DataLoader(NoisyClips(), batch_size=16, shuffle=True, drop_last=True)
    net = MaskNet()
    opt = torch.optim.Adam(net.parameters(), lr=2e-3)
    for epoch in range(3):
        train_one_epoch(net, loader, opt, epoch)
