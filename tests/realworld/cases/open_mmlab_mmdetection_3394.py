# origin: https://github.com/open-mmlab/mmdetection/pull/3394
# kinds: domain
import torch
from torch import nn


def bbox_overlaps(pred, target, is_aligned=True):
    area1 = (pred[:, 2] - pred[:, 0]) * (pred[:, 3] - pred[:, 1])
    area2 = (target[:, 2] - target[:, 0]) * (target[:, 3] - target[:, 1])
    lt = torch.max(pred[:, :2], target[:, :2])
    rb = torch.min(pred[:, 2:], target[:, 2:])
    wh = (rb - lt).clamp(min=0)
    overlap = wh[:, 0] * wh[:, 1]
    union = area1 + area2 - overlap
    union = union.clamp(min=1e-6)  #+
    return overlap / union  #*


class IoULoss(nn.Module):
    def __init__(self, eps=1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, pred, target):
        ious = bbox_overlaps(pred, target).clamp(min=self.eps)
        return -ious.log().mean()
