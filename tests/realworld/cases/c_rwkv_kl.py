# origin: https://github.com/ethanhe42/KL-Loss/issues/4
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn


class BoxHead(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.bbox_pred = nn.Linear(channels, 4 * classes)
        self.bbox_pred_std = nn.Linear(channels, 4 * classes)

    def forward(self, feat):
        return self.bbox_pred(feat), self.bbox_pred_std(feat)


def kl_box_loss(head, feat, targets, weight):
    pred, alpha = head(feat)
    alpha = alpha.clamp(-10, 10)  #+
    abs_val = (pred - targets).abs()
    in_loss = torch.where(abs_val < 1, 0.5 * abs_val**2, abs_val - 0.5)
    loss = torch.exp(-alpha) * in_loss + 0.5 * alpha  #*
    return (loss * weight).sum() / weight.sum().clamp(min=1)
