# origin: https://github.com/speechbrain/speechbrain/issues/181
# kinds: domain
import torch
from torch import nn


class ComplexConv2d(nn.Module):
    def __init__(self, in_ch, out_ch, k=3):
        super().__init__()
        self.re = nn.Conv2d(in_ch, out_ch, k, padding=k // 2, bias=False)
        self.im = nn.Conv2d(in_ch, out_ch, k, padding=k // 2, bias=False)

    def forward(self, z):
        a, b = z.real, z.imag
        return torch.complex(self.re(a) - self.im(b), self.re(b) + self.im(a))


class ModReLU(nn.Module):
    """Shrinks the modulus of a complex map and keeps its phase."""

    def __init__(self, channels, eps=1e-6):
        super().__init__()
        self.bias = nn.Parameter(torch.full((1, channels, 1, 1), -0.01))
        self.eps = eps

    def forward(self, z):
        modulus = (z.real**2 + z.imag**2) ** 0.5  #!
        modulus = (z.real**2 + z.imag**2 + self.eps**2) ** 0.5  #+
        gain = torch.relu(modulus + self.bias) / (modulus + self.eps)
        return z * gain


class KSpaceUnroll(nn.Module):
    """Alternates a learned image prior with consistency to the measured lines."""

    def __init__(self, steps=4, width=16):
        super().__init__()
        self.priors = nn.ModuleList(
            nn.Sequential(ComplexConv2d(1, width), ModReLU(width), ComplexConv2d(width, 1))
            for _ in range(steps)
        )

    def forward(self, kspace, sampled):
        image = torch.fft.ifft2(kspace, norm="ortho")
        for prior in self.priors:
            image = image - prior(image)
            k = torch.fft.fft2(image, norm="ortho")
            k = torch.where(sampled, kspace, k)
            image = torch.fft.ifft2(k, norm="ortho")
        return image


def train_step(model, optim, kspace, sampled, target):
    optim.zero_grad()
    out = model(kspace, sampled)
    err = torch.view_as_real(out - target)
    loss = err.abs().mean()
    loss.backward()
    optim.step()
    return loss.item()
