# origin: https://github.com/EleutherAI/gpt-neox/issues/1003
# kinds: precision
import math

import torch
import torch.nn as nn


class StepEmbedder(nn.Module):
    """Sinusoidal features of the diffusion step, followed by a small MLP."""

    def __init__(self, hidden_size, freq_dim=256, max_period=10000):
        super().__init__()
        self.freq_dim = freq_dim
        self.max_period = max_period
        self.mlp = nn.Sequential(
            nn.Linear(freq_dim, hidden_size), nn.SiLU(), nn.Linear(hidden_size, hidden_size)
        )

    @property
    def dtype(self):
        return self.mlp[0].weight.dtype

    def sinusoid(self, steps):
        half = self.freq_dim // 2
        exponent = torch.arange(half, device=steps.device) / half
        freqs = torch.exp(-math.log(self.max_period) * exponent)
        angles = steps.to(self.dtype)[:, None] * freqs.to(self.dtype)[None]  #!
        angles = steps.float()[:, None] * freqs.float()[None]  #+
        return torch.cat([angles.cos(), angles.sin()], dim=-1).to(self.dtype)

    def forward(self, steps):
        return self.mlp(self.sinusoid(steps))


class LatentDenoiser(nn.Module):
    def __init__(self, channels=4, width=128):
        super().__init__()
        self.step = StepEmbedder(width)
        self.inp = nn.Conv2d(channels, width, 3, padding=1)
        self.mid = nn.Conv2d(width, width, 3, padding=1)
        self.out = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, latents, steps):
        h = self.inp(latents) + self.step(steps)[:, :, None, None]
        return self.out(nn.functional.silu(self.mid(h)))


@torch.inference_mode()
def sample(betas, shape, device="cuda", num_steps=1000):
    model = LatentDenoiser().to(device, torch.bfloat16).eval()
    alphas = 1.0 - betas
    bar = alphas.cumprod(0)
    x = torch.randn(shape, device=device)
    for t in reversed(range(num_steps)):
        steps = torch.full((shape[0],), t, device=device)
        noise = model(x.to(torch.bfloat16), steps).float()
        x = (x - betas[t] / (1 - bar[t]).sqrt() * noise) / alphas[t].sqrt()
        if t > 0:
            x = x + betas[t].sqrt() * torch.randn_like(x)
    return x
