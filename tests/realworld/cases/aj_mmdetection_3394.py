# origin: https://github.com/open-mmlab/mmdetection/pull/3394
# kinds: domain
import torch
import torch.nn.functional as F
from torch import nn


def span_overlap(pred, gt):
    """Temporal IoU of (start, end) pairs, shape (N, 2) each."""
    begin = torch.maximum(pred[:, 0], gt[:, 0])
    end = torch.minimum(pred[:, 1], gt[:, 1])
    inter = (end - begin).clamp(min=0)
    length_p = (pred[:, 1] - pred[:, 0]).clamp(min=0)
    length_g = (gt[:, 1] - gt[:, 0]).clamp(min=0)
    union = length_p + length_g - inter
    return inter / union  #!
    return inter / union.clamp(min=1e-6)  #+


class MomentHead(nn.Module):
    """Predicts the distance of every clip to the start and the end of a moment."""

    def __init__(self, dim):
        super().__init__()
        self.trunk = nn.Conv1d(dim, dim, 3, padding=1)
        self.offset = nn.Conv1d(dim, 2, 3, padding=1)
        self.score = nn.Conv1d(dim, 1, 3, padding=1)

    def forward(self, clips):
        h = F.relu(self.trunk(clips))
        return F.relu(self.offset(h)), self.score(h).squeeze(1)


class MomentLoss(nn.Module):
    def __init__(self, iou_weight=2.0):
        super().__init__()
        self.iou_weight = iou_weight

    def forward(self, offsets, scores, spans):
        b, _, t = offsets.shape
        centre = torch.arange(t, device=offsets.device, dtype=offsets.dtype)
        inside = (centre >= spans[:, :1]) & (centre <= spans[:, 1:])
        start = centre - offsets[:, 0]
        end = centre + offsets[:, 1]
        pred = torch.stack([start, end], -1)[inside]
        gt = spans[:, None].expand(b, t, 2)[inside]
        cls = F.binary_cross_entropy_with_logits(scores, inside.to(scores.dtype))
        if pred.shape[0] == 0:
            return cls
        iou = span_overlap(pred, gt)
        return cls + self.iou_weight * (1.0 - iou).mean()
