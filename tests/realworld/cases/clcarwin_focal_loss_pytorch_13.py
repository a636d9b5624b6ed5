# origin: https://github.com/clcarwin/focal_loss_pytorch/issues/13
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=0.5, size_average=True):
        super().__init__()
        self.gamma = gamma
        self.size_average = size_average

    def forward(self, input, target):
        target = target.view(-1, 1)
        logpt = F.log_softmax(input, dim=1).gather(1, target).view(-1)
        pt = logpt.exp()
        loss = -1 * (1 - pt) ** self.gamma * logpt  #!
        loss = -1 * (1 - pt).clamp(min=1e-6) ** self.gamma * logpt  #+
        return loss.mean() if self.size_average else loss.sum()
