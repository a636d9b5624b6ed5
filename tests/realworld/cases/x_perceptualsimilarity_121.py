# origin: https://github.com/richzhang/PerceptualSimilarity/issues/121
# kinds: domain explosion
import torch
import torch.nn as nn
import torch.nn.functional as F


def normalize_tensor(in_feat, eps=1e-10):
    norm_factor = torch.sqrt(torch.sum(in_feat ** 2, dim=1, keepdim=True))  #!
    norm_factor = torch.sqrt(torch.sum(in_feat ** 2, dim=1, keepdim=True) + eps)  #+
    return in_feat / (norm_factor + eps)


def spatial_average(x, keepdim=True):
    return x.mean([2, 3], keepdim=keepdim)


class FeatureStack(nn.Module):
    def __init__(self, widths=(64, 192, 384)):
        super().__init__()
        blocks, c_in = [], 3
        for c in widths:
            blocks.append(nn.Sequential(nn.Conv2d(c_in, c, 3, 2, 1), nn.ReLU()))
            c_in = c
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        feats = []
        for block in self.blocks:
            x = block(x)
            feats.append(x)
        return feats


class PerceptualDistance(nn.Module):
    def __init__(self, widths=(64, 192, 384)):
        super().__init__()
        self.net = FeatureStack(widths).requires_grad_(False)
        self.lins = nn.ModuleList(nn.Conv2d(c, 1, 1, bias=False) for c in widths)

    def forward(self, in0, in1, mask):
        """Distance over the foreground; mask is (N, 1, H, W) with 0 for background."""
        total = 0
        for f0, f1, lin in zip(self.net(in0), self.net(in1), self.lins):
            m = F.interpolate(mask, size=f0.shape[-2:], mode="nearest")
            diff = (normalize_tensor(f0 * m) - normalize_tensor(f1 * m)) ** 2
            total = total + spatial_average(lin(diff))
        return total
