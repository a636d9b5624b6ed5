# origin: https://github.com/huggingface/diffusers/pull/13316
# kinds: underflow domain
from typing import Tuple, Union

import torch
import torch.nn as nn
import torch.nn.functional as F


class VideoRMSNorm(nn.Module):
    r"""
    RMS normalization for channel-first or channel-last video tensors.

    Args:
        dim (int): The number of dimensions to normalize over.
        channel_first (bool, optional): Whether the channels are the first dimension.
        images (bool, optional): Whether the input represents image data.
        bias (bool, optional): Whether to include a learnable bias term.
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
        axis = 1 if self.channel_first else -1
        normalized = F.normalize(x, dim=axis)  #!
        normalized = F.normalize(x.float(), dim=axis).to(x.dtype)  #+
        return normalized * self.scale * self.gamma + self.bias


class ResidualBlock(nn.Module):
    def __init__(self, in_dim: int, out_dim: int) -> None:
        super().__init__()
        self.norm1 = VideoRMSNorm(in_dim, images=False)
        self.conv1 = nn.Conv3d(in_dim, out_dim, 3, padding=1)
        self.norm2 = VideoRMSNorm(out_dim, images=False)
        self.conv2 = nn.Conv3d(out_dim, out_dim, 3, padding=1)
        self.shortcut = nn.Conv3d(in_dim, out_dim, 1) if in_dim != out_dim else nn.Identity()
        self.nonlinearity = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.conv1(self.nonlinearity(self.norm1(x)))
        h = self.conv2(self.nonlinearity(self.norm2(h)))
        return h + self.shortcut(x)


class VideoDecoder(nn.Module):
    def __init__(self, z_dim: int = 16, dims: Tuple[int, ...] = (32, 32)) -> None:
        super().__init__()
        widths = (z_dim,) + tuple(dims)
        self.blocks = nn.ModuleList([ResidualBlock(a, b) for a, b in zip(widths[:-1], widths[1:])])
        self.norm_out = VideoRMSNorm(widths[-1], images=False)
        self.conv_out = nn.Conv3d(widths[-1], 3, 3, padding=1)

    @torch.no_grad()
    def decode(self, z: torch.Tensor, dtype: Union[torch.dtype, None] = torch.float16) -> torch.Tensor:
        self.to(dtype)
        h = z.to(dtype)
        for block in self.blocks:
            h = block(h)
        h = self.conv_out(F.silu(self.norm_out(h)))
        return h.clamp(-1.0, 1.0)
