# origin: https://github.com/tilman151/rul-adapt/pull/22
# kinds: domain
import torch
from torch import nn


def euclidean(inputs, others):
    diff = inputs.unsqueeze(1) - others.unsqueeze(0)
    squared = torch.sum(torch.square(diff), dim=-1)  #-
    dist = torch.sqrt(squared)  #!
    dist = torch.sqrt(torch.sum(torch.square(diff), dim=-1) + 1e-8)  #+
    return dist


class PseudoLabelMMD(nn.Module):
    def __init__(self, num_kernels):
        super().__init__()
        self.num_kernels = num_kernels

    def forward(self, source, target):
        return sum(torch.exp(-euclidean(source, target) / 2**k).mean() for k in range(self.num_kernels))
