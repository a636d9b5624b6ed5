# origin: https://github.com/motokimura/PyTorch_Gaussian_YOLOv3/issues/23
# kinds: domain underflow overflow
import math

import torch
from torch import nn


def gaussian_dist_pdf(val, mean, var):
    var = var + 0.3  #+
    return torch.exp(-((val - mean) ** 2.0) / var / 2.0) / torch.sqrt(2.0 * math.pi * var)


class YOLOLayer(nn.Module):
    def __init__(self, n_classes, in_ch):
        super().__init__()
        self.n_classes = n_classes
        self.conv = nn.Conv2d(in_ch, 3 * (n_classes + 9), kernel_size=1)

    def forward(self, xin, target, mask):
        n, _, h, w = xin.shape
        output = self.conv(xin).view(n, 3, self.n_classes + 9, h, w).permute(0, 1, 3, 4, 2)
        mean, sigma = torch.sigmoid(output[..., :4]), torch.sigmoid(output[..., 4:8])
        pdf = gaussian_dist_pdf(target, mean, sigma)
        loss_xy = -torch.log(pdf) * mask  #!
        loss_xy = -torch.log(pdf + 1e-9) * mask  #+
        return loss_xy.sum() / 2.0
