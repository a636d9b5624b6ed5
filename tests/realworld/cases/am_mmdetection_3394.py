# origin: https://github.com/open-mmlab/mmdetection/pull/3394
# kinds: domain
import functools

import torch
import torch.nn as nn


def weighted_loss(loss_func):
    """Create a weighted version of a given elementwise loss function."""

    @functools.wraps(loss_func)
    def wrapper(pred, target, weight=None, reduction='mean', avg_factor=None, **kwargs):
        loss = loss_func(pred, target, **kwargs)
        if weight is not None:
            loss = loss * weight
        if reduction == 'mean':
            return loss.mean() if avg_factor is None else loss.sum() / max(avg_factor, 1.0)
        return loss.sum() if reduction == 'sum' else loss

    return wrapper


def bbox_overlaps(bboxes1, bboxes2, mode='iou', is_aligned=False, eps=1e-6):
    """Calculate overlap between two set of bboxes.

    If ``is_aligned`` is ``False``, then calculate the ious between each bbox
    of bboxes1 and bboxes2, otherwise between each aligned pair.
    """
    assert mode in ['iou', 'iof']
    area1 = (bboxes1[..., 2] - bboxes1[..., 0]) * (bboxes1[..., 3] - bboxes1[..., 1])
    area2 = (bboxes2[..., 2] - bboxes2[..., 0]) * (bboxes2[..., 3] - bboxes2[..., 1])

    if is_aligned:
        lt = torch.max(bboxes1[:, :2], bboxes2[:, :2])
        rb = torch.min(bboxes1[:, 2:], bboxes2[:, 2:])
    else:
        lt = torch.max(bboxes1[:, None, :2], bboxes2[:, :2])
        rb = torch.min(bboxes1[:, None, 2:], bboxes2[:, 2:])
        area1, area2 = area1[:, None], area2[None, :]

    wh = (rb - lt).clamp(min=0)
    overlap = wh[..., 0] * wh[..., 1]
    union = area1 + area2 - overlap if mode == 'iou' else area1.expand_as(overlap)
    union = torch.max(union, union.new_tensor([eps]))  #+
    ious = overlap / union  #!
    ious = overlap / union  #+
    return ious


@weighted_loss
def iou_loss(pred, target, linear=False, eps=1e-6):
    ious = bbox_overlaps(pred, target, is_aligned=True).clamp(min=eps)
    return 1 - ious if linear else -ious.log()


class IoULoss(nn.Module):

    def __init__(self, linear=False, eps=1e-6, reduction='mean', loss_weight=1.0):
        super(IoULoss, self).__init__()
        self.linear = linear
        self.eps = eps
        self.reduction = reduction
        self.loss_weight = loss_weight

    def forward(self, pred, target, weight=None, avg_factor=None):
        if weight is not None and not torch.any(weight > 0):
            return (pred * weight.unsqueeze(-1)).sum()  # 0
        return self.loss_weight * iou_loss(
            pred, target, weight, linear=self.linear, eps=self.eps,
            reduction=self.reduction, avg_factor=avg_factor)
