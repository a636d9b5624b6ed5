# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class ModReLU(nn.Module):
    """Phase preserving activation for complex features (real, imag) pairs."""

    def __init__(self, channels, eps=1e-5):
        super().__init__()
        self.bias = nn.Parameter(torch.full((channels,), -0.05))
        self.eps = eps

    def forward(self, re, im):
        power = re * re + im * im
        mag = power.sqrt()  #!
        mag = power.clamp(min=self.eps ** 2).sqrt()  #+
        gate = F.relu(mag + self.bias[:, None]) / (mag + self.eps)  #-
        gate = F.relu(mag + self.bias[:, None]) / mag  #+
        return re * gate, im * gate


class ComplexConv1d(nn.Module):
    def __init__(self, cin, cout, kernel):
        super().__init__()
        pad = kernel // 2
        self.real = nn.Conv1d(cin, cout, kernel, padding=pad, bias=False)
        self.imag = nn.Conv1d(cin, cout, kernel, padding=pad, bias=False)

    def forward(self, re, im):
        return self.real(re) - self.imag(im), self.real(im) + self.imag(re)


class SpectralEnhancer(nn.Module):
    """Small complex network for speech enhancement on STFT frames."""

    def __init__(self, bins=257, hidden=64, kernel=5):
        super().__init__()
        self.enc = ComplexConv1d(bins, hidden, kernel)
        self.act = ModReLU(hidden)
        self.dec = ComplexConv1d(hidden, bins, kernel)

    def forward(self, spec):
        re, im = self.act(*self.enc(spec.real, spec.imag))
        re, im = self.dec(re, im)
        return torch.complex(re, im)


def spectral_loss(model, noisy, clean, lengths):
    est = model(noisy)
    frames = torch.arange(noisy.shape[-1], device=noisy.device)
    keep = (frames[None] < lengths[:, None]).unsqueeze(1)
    diff = (est - clean).real ** 2 + (est - clean).imag ** 2
    return (diff * keep).sum() / keep.sum().clamp(min=1)
