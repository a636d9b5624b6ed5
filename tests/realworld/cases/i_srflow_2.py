# origin: https://github.com/andreas128/SRFlow/issues/2
# kinds: domain underflow
import torch
from torch import nn


class CondAffineSeparatedAndCond(nn.Module):
    def __init__(self, in_channels, opt):
        super().__init__()
        self.channels_for_nn = in_channels // 2
        self.affine_eps = 0.0001
        self.fAffine = nn.Sequential(
            nn.Conv2d(self.channels_for_nn, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, in_channels, 3, padding=1)
        )

    def feature_extract(self, z):
        h = self.fAffine(z)
        shift, scale = h[:, 0::2, ...], h[:, 1::2, ...]
        scale = torch.sigmoid(scale + 2.0)  #-
        scale = torch.sigmoid(scale + 2.0) + self.affine_eps  #+
        return scale, shift

    def forward(self, input, logdet=None, reverse=False):
        z1, z2 = input[:, : self.channels_for_nn], input[:, self.channels_for_nn :]
        scale, shift = self.feature_extract(z1)
        if not reverse:
            z2 = (z2 + shift) * scale
            logdet = logdet + torch.sum(torch.log(scale), dim=[1, 2, 3])  #*
        else:
            z2 = z2 / scale - shift
            logdet = logdet - torch.sum(torch.log(scale), dim=[1, 2, 3])  #*
        return torch.cat((z1, z2), dim=1), logdet
