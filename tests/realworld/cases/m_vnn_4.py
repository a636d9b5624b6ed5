# origin: https://github.com/FlyingGiraffe/vnn/pull/4
# kinds: domain
import torch
import torch.nn as nn

EPS = 1e-6


class VNLinear(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.map_to_feat = nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x):
        return self.map_to_feat(x.transpose(1, -1)).transpose(1, -1)


class VNBatchNorm(nn.Module):
    """Batch norm on the lengths of vector neurons, x is [B, C, 3, N]."""

    def __init__(self, num_features):
        super().__init__()
        self.bn = nn.BatchNorm1d(num_features)

    def forward(self, x):
        norm = torch.sqrt((x * x).sum(2))  #!
        norm = torch.norm(x, dim=2) + EPS  #+
        norm_bn = self.bn(norm)
        return x / norm.unsqueeze(2) * norm_bn.unsqueeze(2)


class VNLinearLeakyReLU(nn.Module):
    def __init__(self, in_channels, out_channels, negative_slope=0.2):
        super().__init__()
        self.negative_slope = negative_slope
        self.feat = VNLinear(in_channels, out_channels)
        self.direction = VNLinear(in_channels, out_channels)
        self.batchnorm = VNBatchNorm(out_channels)

    def forward(self, x):
        p = self.batchnorm(self.feat(x))
        d = self.direction(x)
        dotprod = (p * d).sum(2, keepdim=True)
        mask = (dotprod >= 0).float()
        d_norm_sq = (d * d).sum(2, keepdim=True)
        reflected = p - (dotprod / (d_norm_sq + EPS)) * d
        return self.negative_slope * p + (1 - self.negative_slope) * (
            mask * p + (1 - mask) * reflected
        )
