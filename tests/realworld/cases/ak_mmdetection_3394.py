# origin: https://github.com/open-mmlab/mmdetection/pull/3394
# kinds: domain
import math

import torch
from torch import nn


def overlap(pred, target, eps=1e-7):
    lt = torch.max(pred[:, :2], target[:, :2])
    rb = torch.min(pred[:, 2:], target[:, 2:])
    wh = (rb - lt).clamp(min=0)
    inter = wh[:, 0] * wh[:, 1]
    area_p = (pred[:, 2] - pred[:, 0]) * (pred[:, 3] - pred[:, 1])
    area_t = (target[:, 2] - target[:, 0]) * (target[:, 3] - target[:, 1])
    return inter / (area_p + area_t - inter).clamp(min=eps)


def aspect_angle(boxes, eps=1e-7):
    w = boxes[:, 2] - boxes[:, 0]
    h = (boxes[:, 3] - boxes[:, 1]).clamp(min=eps)
    return torch.atan(w / h)


class CompleteBoxLoss(nn.Module):
    def __init__(self, weight=5.0, eps=1e-7):
        super().__init__()
        self.weight = weight
        self.eps = eps

    def centre_term(self, pred, target):
        cp = (pred[:, :2] + pred[:, 2:]) / 2
        ct = (target[:, :2] + target[:, 2:]) / 2
        hull_lt = torch.min(pred[:, :2], target[:, :2])
        hull_rb = torch.max(pred[:, 2:], target[:, 2:])
        diag = (hull_rb - hull_lt).square().sum(-1)
        return (cp - ct).square().sum(-1) / (diag + self.eps)

    def forward(self, pred, target, weights=None):
        iou = overlap(pred, target, self.eps)
        v = (4 / math.pi**2) * (aspect_angle(pred) - aspect_angle(target)).square()
        with torch.no_grad():
            trade_off = v / (1.0 - iou + v)  #!
            trade_off = v / (1.0 - iou + v).clamp(min=self.eps)  #+
        loss = 1.0 - iou + self.centre_term(pred, target) + trade_off * v
        if weights is not None:
            loss = loss * weights
        return self.weight * loss.sum() / max(len(pred), 1)
