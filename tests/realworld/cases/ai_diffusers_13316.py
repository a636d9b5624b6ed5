# origin: https://github.com/huggingface/diffusers/pull/13316
# kinds: precision domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class WanRMS_norm(nn.Module):
    r"""
    A custom RMS normalization layer.

    Args:
        dim (int): The number of dimensions to normalize over.
        channel_first (bool, optional): Whether the input tensor has channels as the first dimension.
        images (bool, optional): Whether the input represents image data. Default is True.
        bias (bool, optional): Whether to include a learnable bias term. Default is False.
    """

    def __init__(self, dim: int, channel_first: bool = True, images: bool = True, bias: bool = False) -> None:
        super().__init__()
        broadcastable_dims = (1, 1, 1) if not images else (1, 1)
        shape = (dim, *broadcastable_dims) if channel_first else (dim,)

        self.channel_first = channel_first
        self.scale = dim**0.5
        self.gamma = nn.Parameter(torch.ones(shape))
        self.bias = nn.Parameter(torch.zeros(shape)) if bias else 0.0

    def forward(self, x):
        dim = 1 if self.channel_first else -1
        return F.normalize(x, dim=dim) * self.scale * self.gamma + self.bias  #!
        normed = F.normalize(x.float(), dim=dim).to(x.dtype)  #+
        return normed * self.scale * self.gamma + self.bias  #+


class WanResidualBlock(nn.Module):
    def __init__(self, in_dim: int, out_dim: int) -> None:
        super().__init__()
        self.norm1 = WanRMS_norm(in_dim, images=False)
        self.conv1 = nn.Conv3d(in_dim, out_dim, 3, padding=1)
        self.norm2 = WanRMS_norm(out_dim, images=False)
        self.conv2 = nn.Conv3d(out_dim, out_dim, 3, padding=1)
        self.conv_shortcut = nn.Conv3d(in_dim, out_dim, 1) if in_dim != out_dim else nn.Identity()

    def forward(self, x):
        h = self.conv_shortcut(x)
        x = self.conv1(F.silu(self.norm1(x)))
        x = self.conv2(F.silu(self.norm2(x)))
        return x + h


@torch.no_grad()
def decode(decoder: nn.Module, latents: torch.Tensor, device="cuda") -> torch.Tensor:
    decoder = decoder.to(device, torch.float16).eval()
    video = decoder(latents.to(device, torch.float16))
    return video.float().clamp(-1.0, 1.0)
