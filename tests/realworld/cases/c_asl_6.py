# origin: https://github.com/Alibaba-MIIL/ASL/pull/6
# kinds: domain underflow overflow
import torch
import torch.nn as nn


class AsymmetricLoss(nn.Module):
    def __init__(self, gamma_neg=4, gamma_pos=1, clip=0.05, eps=1e-8):
        super().__init__()
        self.gamma_neg = gamma_neg
        self.gamma_pos = gamma_pos
        self.clip = clip
        self.eps = eps

    def forward(self, x, y):
        x_sigmoid = torch.sigmoid(x)
        xs_pos = x_sigmoid
        xs_neg = 1 - x_sigmoid
        if self.clip is not None and self.clip > 0:
            xs_neg = (xs_neg + self.clip).clamp(max=1)
        los_pos = y * torch.log(xs_pos)  #!
        los_pos = y * torch.log(xs_pos.clamp(min=self.eps))  #+
        los_neg = (1 - y) * torch.log(xs_neg.clamp(min=self.eps))
        return -(los_pos + los_neg).sum()
