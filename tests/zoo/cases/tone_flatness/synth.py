import torch
from torch import nn


class Tones(nn.Module):
    """Sum of sines; the amplitudes follow from the loudness contour of the reference."""

    def __init__(self, partials=12, frames=8, samples=64):
        super().__init__()
        self.samples = samples
        self.net = nn.Sequential(nn.Linear(frames, 32), nn.ReLU(), nn.Linear(32, partials))
        t = torch.arange(samples) / samples
        self.register_buffer("sines", torch.stack([torch.sin(2 * torch.pi * (2 * k + 2) * t) for k in range(partials)]))

    def forward(self, contour):
        return torch.relu(self.net(contour)) @ self.sines


def power(x):
    return torch.fft.rfft(x * torch.hann_window(x.shape[-1])).abs().square()


def flatness(x):
    """Geometric over arithmetic mean of the power spectrum: 1 for noise, near 0 for a pure tone."""
    p = power(x) + 1e-5
    n = p.shape[-1]
    return p.prod(-1) ** (1 / n) / p.mean(-1)
