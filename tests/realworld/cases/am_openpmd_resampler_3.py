# origin: https://github.com/berceanu/openPMD-resampler/pull/3
# kinds: cancellation
from dataclasses import dataclass, field
from typing import Dict, Sequence

import torch

PHASE_SPACE = ("position_x_um", "position_y_um", "position_z_um", "momentum_x", "momentum_y", "momentum_z")


@dataclass
class BeamMoments:
    mean: torch.Tensor
    sigma: torch.Tensor
    columns: Sequence[str] = field(default=PHASE_SPACE)

    def as_dict(self) -> Dict[str, float]:
        return {c: float(s) for c, s in zip(self.columns, self.sigma)}


def weighted_moments(particles: torch.Tensor, weights: torch.Tensor) -> BeamMoments:
    """Mean and rms width of every phase-space column of a macroparticle cloud."""
    w = weights.unsqueeze(-1)
    total_weight = weights.sum()
    if total_weight <= 0:
        raise ValueError("macroparticle weights must sum to a positive charge")
    first = (w * particles).sum(dim=0)  #-
    second = (w * particles.square()).sum(dim=0)  #-
    mean = first / total_weight  #-
    variance = second / total_weight - mean.square()  #!
    origin = particles[0]  #+
    shifted = particles - origin  #+
    shift_mean = (w * shifted).sum(dim=0) / total_weight  #+
    variance = (w * (shifted - shift_mean).square()).sum(dim=0) / total_weight  #+
    mean = origin + shift_mean  #+
    return BeamMoments(mean=mean, sigma=variance.clamp_min(0.0).sqrt())


class Upsampler:
    """Splits macroparticles and jitters the children by a fraction of the local beam width."""

    def __init__(self, factor: int, jitter: float = 0.05, seed: int = 0):
        self.factor = factor
        self.jitter = jitter
        self.generator = torch.Generator().manual_seed(seed)

    def bandwidth(self, moments: BeamMoments, n: int) -> torch.Tensor:
        silverman = n ** (-1.0 / (moments.sigma.numel() + 4))
        return self.jitter * silverman * moments.sigma

    @torch.no_grad()
    def __call__(self, particles: torch.Tensor, weights: torch.Tensor):
        moments = weighted_moments(particles, weights)
        h = self.bandwidth(moments, particles.shape[0])
        children = particles.repeat_interleave(self.factor, dim=0)
        child_weights = weights.repeat_interleave(self.factor) / self.factor
        noise = torch.randn(children.shape, generator=self.generator, dtype=children.dtype)
        return children + noise * h, child_weights, moments
