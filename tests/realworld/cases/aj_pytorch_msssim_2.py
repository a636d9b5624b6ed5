# origin: https://github.com/jorge-pessoa/pytorch-msssim/issues/2
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class GeneralizedMeanPool(nn.Module):
    """Pooling between average (p=1) and max (p large), with a learned exponent."""

    def __init__(self, p=3.0, eps=1e-6):
        super().__init__()
        self.p = nn.Parameter(torch.tensor(float(p)))
        self.eps = eps

    def forward(self, x):
        m = F.adaptive_avg_pool2d(x.pow(self.p), 1) + self.eps  #!
        m = F.adaptive_avg_pool2d(x.clamp(min=self.eps).pow(self.p), 1)  #+
        return m.pow(1.0 / self.p).flatten(1)  #*


class ConvBlock(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x):
        return F.silu(self.bn(self.conv(x)))


class LandmarkDescriptor(nn.Module):
    def __init__(self, dim=128, width=32):
        super().__init__()
        self.stages = nn.Sequential(
            ConvBlock(3, width, 2),
            ConvBlock(width, 2 * width, 2),
            ConvBlock(2 * width, 4 * width, 2),
        )
        self.pool = GeneralizedMeanPool()
        self.whiten = nn.Linear(4 * width, dim)

    def forward(self, images):
        desc = self.whiten(self.pool(self.stages(images)))
        return F.normalize(desc, dim=-1)


def triplet_step(model, optimizer, anchor, positive, negative, margin=0.2):
    optimizer.zero_grad()
    a, p, n = model(anchor), model(positive), model(negative)
    loss = F.relu((a - p).square().sum(1) - (a - n).square().sum(1) + margin).mean()
    loss.backward()
    optimizer.step()
    return loss.item()
