# origin: https://github.com/grey-eye/talking-heads/issues/32
# kinds: domain
import torch
from torch import nn
from torch.nn.utils import spectral_norm


class AdaIn(nn.Module):
    """Adaptive instance normalization of a feature with style parameters."""

    def __init__(self):
        super(AdaIn, self).__init__()
        self.eps = 1e-5

    def forward(self, x, mean_style, std_style):
        B, C, H, W = x.shape
        feature = x.view(B, C, -1)
        std_feat = (torch.std(feature, dim=2) + self.eps).view(B, C, 1)  #!
        std_feat = torch.var(feature, dim=2) + self.eps  #+
        std_feat = std_feat.sqrt().view(B, C, 1)  #+
        mean_feat = torch.mean(feature, dim=2).view(B, C, 1)
        adain = std_style * (feature - mean_feat) / std_feat + mean_style
        return adain.view(B, C, H, W)


class AdaptiveResidualBlock(nn.Module):
    def __init__(self, channels):
        super(AdaptiveResidualBlock, self).__init__()
        self.conv1 = spectral_norm(nn.Conv2d(channels, channels, 3, padding=1))
        self.in1 = AdaIn()
        self.conv2 = spectral_norm(nn.Conv2d(channels, channels, 3, padding=1))
        self.in2 = AdaIn()

    def forward(self, x, mean1, std1, mean2, std2):
        out = torch.relu(self.in1(self.conv1(x), mean1, std1))
        out = self.in2(self.conv2(out), mean2, std2)
        return out + x
