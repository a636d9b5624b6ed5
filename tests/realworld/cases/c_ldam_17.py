# origin: https://github.com/kaidic/LDAM-DRW/issues/17
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def focal_loss(input_values, gamma):
    """Computes the focal loss"""
    p = torch.exp(-input_values)
    loss = (1 - p) ** gamma * input_values  #!
    loss = (1 - p + 1e-8) ** gamma * input_values  #+
    return loss.mean()


class FocalLoss(nn.Module):
    def __init__(self, weight=None, gamma=0.5):
        super().__init__()
        assert gamma >= 0
        self.gamma = gamma
        self.weight = weight

    def forward(self, input, target):
        return focal_loss(F.cross_entropy(input, target, reduction="none", weight=self.weight), self.gamma)  #*
