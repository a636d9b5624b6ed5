# origin: https://github.com/huggingface/diffusers/issues/7188
# kinds: overflow
from typing import Optional

import torch
import torch.nn as nn


class ResnetBlock2D(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, groups: int = 8):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, in_channels, eps=1e-6)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, out_channels, eps=1e-6)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.nonlinearity = nn.SiLU()
        self.conv_shortcut = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()

    def forward(self, hidden_states):
        residual = self.conv_shortcut(hidden_states)
        hidden_states = self.conv1(self.nonlinearity(self.norm1(hidden_states)))
        hidden_states = self.conv2(self.nonlinearity(self.norm2(hidden_states)))
        return residual + hidden_states


class AutoencoderKL(nn.Module):
    def __init__(self, channels=(32, 64, 64), latent_channels: int = 4, scaling_factor: float = 0.13025,
                 force_upcast: bool = True):
        super().__init__()
        self.scaling_factor = scaling_factor
        self.force_upcast = force_upcast
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        self.down = nn.ModuleList()
        for c_in, c_out in zip(channels[:-1], channels[1:]):
            self.down.append(nn.Sequential(ResnetBlock2D(c_in, c_out), nn.Conv2d(c_out, c_out, 3, stride=2, padding=1)))
        self.norm_out = nn.GroupNorm(8, channels[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(channels[-1], 2 * latent_channels, 3, padding=1)

    @property
    def dtype(self):
        return self.conv_in.weight.dtype

    def encode(self, x):
        h = self.conv_in(x)
        for block in self.down:
            h = block(h)
        return self.conv_out(nn.functional.silu(self.norm_out(h)))


class StableDiffusionXLImg2ImgPipeline:
    def __init__(self, vae: AutoencoderKL, torch_dtype: Optional[torch.dtype] = torch.float16):
        self.vae = vae.to(torch_dtype)

    def prepare_latents(self, image, dtype: torch.dtype = torch.float16, generator=None):
        image = image.to(dtype=dtype)
        if self.vae.force_upcast:  #+
            # make sure the VAE is in float32 mode, as it overflows in float16  #+
            image = image.float()  #+
            self.vae.to(dtype=torch.float32)  #+
        moments = self.vae.encode(image)  #!
        moments = self.vae.encode(image)  #+
        mean, logvar = torch.chunk(moments, 2, dim=1)
        std = torch.exp(0.5 * torch.clamp(logvar, -30.0, 20.0))
        init_latents = mean + std * torch.randn(mean.shape, generator=generator, dtype=mean.dtype)
        if self.vae.force_upcast:  #+
            self.vae.to(dtype)  #+
        init_latents = init_latents.to(dtype)
        return self.vae.scaling_factor * init_latents
