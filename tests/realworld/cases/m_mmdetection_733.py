# origin: https://github.com/open-mmlab/mmdetection/pull/733
# kinds: domain
import torch
import torch.nn as nn


def aligned_overlaps(bboxes1, bboxes2):
    lt = torch.max(bboxes1[:, :2], bboxes2[:, :2])
    rb = torch.min(bboxes1[:, 2:], bboxes2[:, 2:])
    wh = (rb - lt + 1).clamp(min=0)
    overlap = wh[:, 0] * wh[:, 1]
    area1 = (bboxes1[:, 2] - bboxes1[:, 0] + 1) * (bboxes1[:, 3] - bboxes1[:, 1] + 1)
    area2 = (bboxes2[:, 2] - bboxes2[:, 0] + 1) * (bboxes2[:, 3] - bboxes2[:, 1] + 1)
    union = (area1 + area2 - overlap).clamp(min=1.0)
    return overlap / union


def iou_loss(pred_bboxes, target_bboxes, eps=1e-6):
    ious = aligned_overlaps(pred_bboxes, target_bboxes)
    return -ious.log()  #!
    return -ious.clamp(min=eps).log()  #+


class IoULoss(nn.Module):
    def __init__(self, loss_weight=1.0):
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, pred, target, weight, avg_factor=None):
        if not torch.any(weight > 0):
            return pred.sum() * 0
        loss = iou_loss(pred, target) * weight
        if avg_factor is None:
            avg_factor = max(float(weight.sum()), 1.0)
        return self.loss_weight * loss.sum() / avg_factor
