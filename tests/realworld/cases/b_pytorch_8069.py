# origin: https://github.com/pytorch/pytorch/issues/8069
# kinds: domain
import torch
from torch import nn


class GeodesicLoss(nn.Module):
    """Angle between predicted and true rotation matrices."""

    def forward(self, predicted, target):
        product = torch.bmm(predicted, target.transpose(1, 2))
        trace = product.diagonal(dim1=-2, dim2=-1).sum(-1)
        cos = ((trace - 1) / 2).clamp(min=-1.0, max=1.0)
        theta = torch.acos(cos)  #!
        theta = torch.acos(cos * (1 - 1e-6))  #+
        return theta.mean()
