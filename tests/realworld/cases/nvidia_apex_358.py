# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: precision domain
import torch
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=0, alpha=0.25):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, target):
        p = torch.sigmoid(logits)
        p = torch.clamp(p, 1e-8, 1 - 1e-8)  #!
        p = torch.clamp(p, 1e-6, 1 - 1e-6)  #+
        positive = -self.alpha * (1 - p) ** self.gamma * target * torch.log(p)
        negative = -(1 - self.alpha) * p**self.gamma * (1 - target) * torch.log(1 - p)  #*
        return (positive + negative).mean()
