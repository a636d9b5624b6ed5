# origin: https://github.com/open-mmlab/mmdetection/pull/3394
# kinds: domain
import torch
import torch.nn as nn


def bbox_overlaps(bboxes1, bboxes2, mode='iou', is_aligned=False, eps=1e-6):
    """Calculate overlap between two set of bboxes.

    If ``is_aligned`` is ``False``, then calculate the ious between each bbox
    of bboxes1 and bboxes2, otherwise the ious between each aligned pair of
    bboxes1 and bboxes2.
    """
    assert mode in ['iou', 'iof']
    rows, cols = bboxes1.size(0), bboxes2.size(0)
    if is_aligned:
        assert rows == cols
    if rows * cols == 0:
        return bboxes1.new_zeros(rows, 1) if is_aligned else bboxes1.new_zeros(rows, cols)

    area1 = (bboxes1[:, 2] - bboxes1[:, 0]) * (bboxes1[:, 3] - bboxes1[:, 1])
    if is_aligned:
        lt = torch.max(bboxes1[:, :2], bboxes2[:, :2])
        rb = torch.min(bboxes1[:, 2:], bboxes2[:, 2:])
    else:
        lt = torch.max(bboxes1[:, None, :2], bboxes2[:, :2])
        rb = torch.min(bboxes1[:, None, 2:], bboxes2[:, 2:])
        area1 = area1[:, None]
    wh = (rb - lt).clamp(min=0)
    overlap = wh[..., 0] * wh[..., 1]

    if mode == 'iou':
        area2 = (bboxes2[:, 2] - bboxes2[:, 0]) * (bboxes2[:, 3] - bboxes2[:, 1])
        union = area1 + area2 - overlap
    else:
        union = area1
    ious = overlap / union  #!
    union = union.clamp(min=eps)  #+
    ious = overlap / union  #+
    return ious


class IoULoss(nn.Module):
    """IoU loss: -log(IoU) between predicted and target bboxes."""

    def __init__(self, eps=1e-6, reduction='mean', loss_weight=1.0):
        super(IoULoss, self).__init__()
        self.eps = eps
        self.reduction = reduction
        self.loss_weight = loss_weight

    def forward(self, pred, target, weight=None, avg_factor=None):
        if weight is not None and not torch.any(weight > 0):
            return (pred * weight.unsqueeze(-1)).sum()  # 0
        ious = bbox_overlaps(pred, target, is_aligned=True).clamp(min=self.eps)
        loss = -ious.log()
        if weight is not None:
            loss = loss * weight
        if avg_factor is not None:
            return self.loss_weight * loss.sum() / max(avg_factor, 1.0)
        return self.loss_weight * (loss.mean() if self.reduction == 'mean' else loss.sum())
