# origin: https://github.com/open-mmlab/mmdetection/pull/2975
# kinds: domain
import torch


def bbox_overlaps(bboxes1, bboxes2, mode='iou'):  #-
def bbox_overlaps(bboxes1, bboxes2, mode='iou', eps=1e-6):  #+
    """Pairwise overlap of (x1, y1, x2, y2) boxes, shape (m, 4) and (n, 4)."""
    assert mode in ('iou', 'iof')
    rows, cols = bboxes1.size(0), bboxes2.size(0)
    if rows * cols == 0:
        return bboxes1.new_zeros(rows, cols)

    lt = torch.max(bboxes1[:, None, :2], bboxes2[:, :2])
    rb = torch.min(bboxes1[:, None, 2:], bboxes2[:, 2:])
    wh = (rb - lt).clamp(min=0)
    overlap = wh[:, :, 0] * wh[:, :, 1]
    area1 = (bboxes1[:, 2] - bboxes1[:, 0]) * (bboxes1[:, 3] - bboxes1[:, 1])
    if mode == 'iou':
        area2 = (bboxes2[:, 2] - bboxes2[:, 0]) * (bboxes2[:, 3] - bboxes2[:, 1])
        return overlap / (area1[:, None] + area2 - overlap)  #!
        return overlap / (area1[:, None] + area2 - overlap).clamp(min=eps)  #+
    return overlap / area1[:, None]  #!
    return overlap / area1[:, None].clamp(min=eps)  #+


class MaxIoUAssigner:
    def __init__(self, pos_iou_thr=0.5, neg_iou_thr=0.4):
        self.pos_iou_thr = pos_iou_thr
        self.neg_iou_thr = neg_iou_thr

    def assign(self, proposals, gt_bboxes):
        overlaps = bbox_overlaps(gt_bboxes, proposals)
        assigned = overlaps.new_full((proposals.size(0),), -1, dtype=torch.long)
        if overlaps.numel() == 0:
            assigned[:] = 0
            return assigned, overlaps.new_zeros(proposals.size(0))
        max_overlaps, argmax_overlaps = overlaps.max(dim=0)
        assigned[max_overlaps < self.neg_iou_thr] = 0
        pos = max_overlaps >= self.pos_iou_thr
        assigned[pos] = argmax_overlaps[pos] + 1
        return assigned, max_overlaps
