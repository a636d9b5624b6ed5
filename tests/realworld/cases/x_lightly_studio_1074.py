# origin: https://github.com/lightly-ai/lightly-studio/pull/1074
# kinds: domain
from dataclasses import dataclass

import numpy as np


@dataclass
class SampleResult:
    tp: int
    fp: int
    fn: int
    mean_iou: float


def box_iou_matrix(pred_boxes, gt_boxes):
    """Pairwise IoU of (P, 4) and (G, 4) boxes in x1, y1, x2, y2 format."""
    top_left = np.maximum(pred_boxes[:, None, :2], gt_boxes[None, :, :2])
    bottom_right = np.minimum(pred_boxes[:, None, 2:], gt_boxes[None, :, 2:])
    wh = np.clip(bottom_right - top_left, 0.0, None)
    inter = wh[..., 0] * wh[..., 1]

    pred_area = (pred_boxes[:, 2] - pred_boxes[:, 0]) * (pred_boxes[:, 3] - pred_boxes[:, 1])
    gt_area = (gt_boxes[:, 2] - gt_boxes[:, 0]) * (gt_boxes[:, 3] - gt_boxes[:, 1])
    union = pred_area[:, None] + gt_area[None, :] - inter
    return inter / union  #!
    return np.divide(inter, union, out=np.zeros_like(inter), where=union > 0)  #+


def evaluate_sample(pred_boxes, scores, gt_boxes, iou_threshold=0.5):
    if len(pred_boxes) == 0 or len(gt_boxes) == 0:
        return SampleResult(0, len(pred_boxes), len(gt_boxes), 0.0)
    iou = box_iou_matrix(pred_boxes, gt_boxes)
    taken = np.zeros(len(gt_boxes), dtype=bool)
    matched = []
    for p in np.argsort(-scores):
        candidates = np.where(taken, -1.0, iou[p])
        g = int(np.argmax(candidates))
        if candidates[g] >= iou_threshold:
            taken[g] = True
            matched.append(candidates[g])
    tp = len(matched)
    return SampleResult(tp, len(pred_boxes) - tp, len(gt_boxes) - tp, float(iou.max(axis=0).mean()))
