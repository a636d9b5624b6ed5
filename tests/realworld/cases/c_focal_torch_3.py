# origin: https://github.com/mathiaszinnen/focal_loss_torch/issues/3
# kinds: domain underflow overflow
import torch
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 0.0, size_average: bool = True):
        super().__init__()
        self.gamma = gamma
        self.size_average = size_average
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x, targets):
        probs = self.softmax(x)  #-
        p_t = probs.gather(1, targets.view(-1, 1)).squeeze(1)  #-
        fl = -1 * (1 - p_t) ** self.gamma * torch.log(p_t)  #!
        log_p = torch.log_softmax(x, dim=1).gather(1, targets.view(-1, 1)).squeeze(1)  #+
        fl = -1 * (1 - log_p.exp()) ** self.gamma * log_p  #+
        if self.size_average:
            return fl.mean()
        return fl.sum()
