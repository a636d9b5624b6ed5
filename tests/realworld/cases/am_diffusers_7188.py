# origin: https://github.com/huggingface/diffusers/issues/7188
# kinds: overflow
from dataclasses import dataclass
from typing import Optional

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class VaeConfig:
    block_out_channels: tuple = (32, 64)
    latent_channels: int = 4
    norm_num_groups: int = 8
    scaling_factor: float = 0.13025


class ResnetBlock2D(nn.Module):
    def __init__(self, channels: int, groups: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels, eps=1e-6)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, channels, eps=1e-6)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, hidden_states):
        residual = hidden_states
        hidden_states = self.conv1(F.silu(self.norm1(hidden_states)))
        hidden_states = self.conv2(F.silu(self.norm2(hidden_states)))
        return residual + hidden_states  #*


class AutoencoderKL(nn.Module):
    def __init__(self, config: VaeConfig):
        super().__init__()
        self.config = config
        c0, c1 = config.block_out_channels
        self.conv_in = nn.Conv2d(3, c0, 3, padding=1)
        self.down = nn.ModuleList([
            ResnetBlock2D(c0, config.norm_num_groups),
            nn.Conv2d(c0, c1, 3, stride=2, padding=1),
            ResnetBlock2D(c1, config.norm_num_groups),
        ])
        self.norm_out = nn.GroupNorm(config.norm_num_groups, c1)
        self.quant_conv = nn.Conv2d(c1, 2 * config.latent_channels, 1)

    def encode(self, sample):
        sample = self.conv_in(sample)
        for block in self.down:
            sample = block(sample)
        return self.quant_conv(F.silu(self.norm_out(sample)))


class ImageToLatents:
    def __init__(self, vae: AutoencoderKL, torch_dtype: torch.dtype = torch.float16):
        self.torch_dtype = torch_dtype
        self.vae = vae.to(dtype=torch_dtype)  #!
        self.vae = vae.to(dtype=torch.float32)  #+

    @torch.no_grad()
    def __call__(self, image: torch.Tensor, generator: Optional[torch.Generator] = None):
        image = 2.0 * image - 1.0
        moments = self.vae.encode(image.to(self.torch_dtype))  #!
        moments = self.vae.encode(image.float())  #+
        mean, logvar = moments.float().chunk(2, dim=1)
        std = torch.exp(0.5 * logvar.clamp(-30.0, 20.0))
        noise = torch.randn(mean.shape, generator=generator)
        latents = (mean + std * noise) * self.vae.config.scaling_factor
        return latents.to(self.torch_dtype)
