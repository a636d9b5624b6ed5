# origin: https://github.com/pytorch/pytorch/issues/68425
# kinds: overflow domain
import torch
from torch import nn


class ShiftedELU(nn.Module):
    """exp(a) below zero, 1 + a above: smooth and positive."""

    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, features):
        a = self.linear(features)
        return torch.where(a <= 0, torch.exp(a), 1 + a)  #!
        return torch.where(a <= 0, torch.exp(torch.clamp(a, max=0.0)), 1 + a)  #+
