# origin: https://github.com/huggingface/diffusers/pull/13316
# kinds: underflow domain
from typing import Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F


class VideoRMSNorm(nn.Module):
    r"""
    Root mean square normalization over the channel dimension of image or video features.

    Args:
        dim (int): Number of channels.
        channel_first (bool): Whether channels are in dimension 1.
        images (bool): Whether the features are 4D instead of 5D.
        bias (bool): Whether to add a learnable offset.
    """

    def __init__(self, dim: int, channel_first: bool = True, images: bool = True, bias: bool = False) -> None:
        super().__init__()
        broadcastable_dims = (1, 1, 1) if not images else (1, 1)
        shape = (dim, *broadcastable_dims) if channel_first else (dim,)
        self.channel_first = channel_first
        self.scale = dim**0.5
        self.gamma = nn.Parameter(torch.ones(shape))
        self.bias = nn.Parameter(torch.zeros(shape)) if bias else 0.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        dim = 1 if self.channel_first else -1
        normed = F.normalize(x, dim=dim)  #!
        normed = F.normalize(x.float(), dim=dim).to(x.dtype)  #+
        return normed * self.scale * self.gamma + self.bias


class ResidualBlock(nn.Module):
    def __init__(self, in_dim: int, out_dim: int) -> None:
        super().__init__()
        self.norm1 = VideoRMSNorm(in_dim, images=False)
        self.conv1 = nn.Conv3d(in_dim, out_dim, 3, padding=1)
        self.norm2 = VideoRMSNorm(out_dim, images=False)
        self.conv2 = nn.Conv3d(out_dim, out_dim, 3, padding=1)
        self.conv_shortcut = nn.Conv3d(in_dim, out_dim, 1) if in_dim != out_dim else nn.Identity()
        self.nonlinearity = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.conv_shortcut(x)
        x = self.conv1(self.nonlinearity(self.norm1(x)))
        x = self.conv2(self.nonlinearity(self.norm2(x)))
        return x + h


class VideoDecoder3d(nn.Module):
    def __init__(self, z_dim: int = 16, dims: Tuple[int, ...] = (64, 32), out_channels: int = 3) -> None:
        super().__init__()
        self.conv_in = nn.Conv3d(z_dim, dims[0], 3, padding=1)
        self.blocks = nn.ModuleList([ResidualBlock(i, o) for i, o in zip(dims[:-1], dims[1:])])
        self.norm_out = VideoRMSNorm(dims[-1], images=False)
        self.conv_out = nn.Conv3d(dims[-1], out_channels, 3, padding=1)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x = self.conv_in(z)
        for block in self.blocks:
            x = block(x)
        return self.conv_out(F.silu(self.norm_out(x))).clamp(-1.0, 1.0)


def decode_latents(state_dict, latents: torch.Tensor, torch_dtype: torch.dtype = torch.float16) -> torch.Tensor:
    decoder = VideoDecoder3d(z_dim=latents.shape[1])
    decoder.load_state_dict(state_dict)
    decoder = decoder.to(dtype=torch_dtype).eval()
    with torch.no_grad():
        return decoder(latents.to(torch_dtype)).float()
