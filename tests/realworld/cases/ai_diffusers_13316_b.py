# origin: https://github.com/huggingface/diffusers/pull/13316
# kinds: precision domain
import torch
import torch.nn as nn


class PixelNorm(nn.Module):
    def __init__(self, eps=1e-8):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(torch.mean(x ** 2, dim=1, keepdim=True) + self.eps)  #!
        xf = x.float()  #+
        scale = torch.rsqrt(torch.mean(xf ** 2, dim=1, keepdim=True) + self.eps)  #+
        return (xf * scale).to(x.dtype)  #+


class WSConv2d(nn.Module):
    """Convolution with equalised learning rate."""

    def __init__(self, in_channels, out_channels, kernel_size=3, padding=1, gain=2):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding)
        self.scale = (gain / (in_channels * kernel_size ** 2)) ** 0.5
        nn.init.normal_(self.conv.weight)
        nn.init.zeros_(self.conv.bias)

    def forward(self, x):
        return self.conv(x * self.scale)


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv1 = WSConv2d(in_channels, out_channels)
        self.conv2 = WSConv2d(out_channels, out_channels)
        self.act = nn.ReLU()
        self.pn = PixelNorm()

    def forward(self, x):
        x = self.pn(self.act(self.conv1(x)))
        return self.pn(self.act(self.conv2(x)))


class Generator(nn.Module):
    def __init__(self, z_dim=256, channels=128, blocks=4):
        super().__init__()
        self.initial = nn.Sequential(PixelNorm(), nn.ConvTranspose2d(z_dim, channels, 4), nn.ReLU(), PixelNorm())
        self.blocks = nn.ModuleList(ConvBlock(channels, channels) for _ in range(blocks))
        self.to_rgb = WSConv2d(channels, 3, kernel_size=1, padding=0)

    def forward(self, z):
        x = self.initial(z)
        for block in self.blocks:
            x = block(nn.functional.interpolate(x, scale_factor=2))
        return torch.tanh(self.to_rgb(x))


@torch.no_grad()
def sample_grid(gen, n, z_dim=256, device="cpu"):
    gen = gen.to(device).half().eval()
    z = torch.randn(n, z_dim, 1, 1, device=device, dtype=torch.float16)
    return gen(z).float() * 0.5 + 0.5
