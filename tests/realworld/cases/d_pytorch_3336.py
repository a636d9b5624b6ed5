# origin: https://github.com/pytorch/pytorch/pull/3336
# kinds: domain
import torch
from torch import nn


class PoissonNLL(nn.Module):
    def __init__(self, log_input=True, full=False, eps=1e-8):
        super().__init__()
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, rate, target):
        rate = torch.relu(rate)
        loss = rate - target * torch.log(rate)  #!
        loss = rate - target * torch.log(rate + self.eps)  #+
        if self.full:
            stirling = target * torch.log(target + 1) - target
            loss = loss + stirling
        return loss.mean()
