# origin: https://github.com/pytorch/pytorch/issues/108618
# kinds: domain
import math
from dataclasses import dataclass

import torch


@dataclass
class CompandConfig:
    knee: float = 2.0
    n_fft: int = 512
    hop: int = 128
    weight: float = 1.0


class Compander:
    """Linear below the knee, logarithmic above it, continuous at the knee."""

    def __init__(self, config: CompandConfig):
        self.knee = config.knee
        self.offset = config.knee * 2 - math.log2(config.knee)

    def __call__(self, mag: torch.Tensor) -> torch.Tensor:
        loud = mag > self.knee
        upper = torch.log2(mag) + self.offset  #!
        upper = torch.log2(mag.masked_fill(~loud, self.knee)) + self.offset  #+
        lower = 2 * mag
        return torch.where(loud, upper, lower)


class SpectralCompandLoss(torch.nn.Module):
    def __init__(self, config: CompandConfig):
        super().__init__()
        self.config = config
        self.compand = Compander(config)
        self.register_buffer("window", torch.hann_window(config.n_fft))

    def energy(self, wav: torch.Tensor) -> torch.Tensor:
        spec = torch.stft(
            wav,
            n_fft=self.config.n_fft,
            hop_length=self.config.hop,
            window=self.window,
            return_complex=True,
        )
        return spec.real.square() + spec.imag.square()

    def forward(self, pred: torch.Tensor, ref: torch.Tensor) -> torch.Tensor:
        a = self.compand(self.energy(pred))
        with torch.no_grad():
            b = self.compand(self.energy(ref))
        return self.config.weight * torch.nn.functional.l1_loss(a, b)


def refine(noisy: torch.Tensor, clean: torch.Tensor, steps: int = 50) -> torch.Tensor:
    mask = torch.ones_like(noisy, requires_grad=True)
    criterion = SpectralCompandLoss(CompandConfig())
    optimizer = torch.optim.SGD([mask], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        criterion(noisy * mask, clean).backward()
        optimizer.step()
    return (noisy * mask).detach()
