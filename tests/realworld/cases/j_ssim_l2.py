# origin: https://github.com/richzhang/PerceptualSimilarity/issues/69
# kinds: domain
import torch
from torch import nn


def normalize_tensor(in_feat, eps=1e-10):
    norm_factor = torch.sqrt(torch.sum(in_feat**2, dim=1, keepdim=True))  #!
    return in_feat / (norm_factor + eps)  #-
    norm_factor = torch.sqrt(eps + torch.sum(in_feat**2, dim=1, keepdim=True))  #+
    return in_feat / norm_factor  #+


def spatial_average(x, keepdim=True):
    return x.mean([2, 3], keepdim=keepdim)


class LPIPS(nn.Module):
    def __init__(self, backbone, channels):
        super().__init__()
        self.backbone = backbone
        self.lins = nn.ModuleList([nn.Conv2d(c, 1, 1, bias=False) for c in channels])

    def forward(self, in0, in1):
        outs0, outs1 = self.backbone(in0), self.backbone(in1)
        total = 0
        for lin, f0, f1 in zip(self.lins, outs0, outs1):
            diff = (normalize_tensor(f0) - normalize_tensor(f1)) ** 2
            total = total + spatial_average(lin(diff))
        return total
