# origin: https://github.com/Zzh-tju/DIoU-pytorch-detectron/issues/3
# kinds: domain
import math

import torch


def compute_ciou(output, target, inside_weights, outside_weights, eps=1e-7):
    """Boxes are (x1, y1, x2, y2) with positive width and height."""
    x1, y1, x2, y2 = output.unbind(dim=1)
    x1g, y1g, x2g, y2g = target.unbind(dim=1)
    w_pred, h_pred = x2 - x1, y2 - y1
    w_gt, h_gt = x2g - x1g, y2g - y1g

    inter_w = (torch.min(x2, x2g) - torch.max(x1, x1g)).clamp(min=0)
    inter_h = (torch.min(y2, y2g) - torch.max(y1, y1g)).clamp(min=0)
    inter = inter_w * inter_h
    union = w_pred * h_pred + w_gt * h_gt - inter
    iou = inter / union.clamp(min=eps)

    cw = torch.max(x2, x2g) - torch.min(x1, x1g)
    ch = torch.max(y2, y2g) - torch.min(y1, y1g)
    c = cw ** 2 + ch ** 2
    d = ((x1 + x2 - x1g - x2g) / 2) ** 2 + ((y1 + y2 - y1g - y2g) / 2) ** 2
    u = d / c.clamp(min=eps)

    angle_pred = torch.atan(w_pred / h_pred.clamp(min=eps))
    angle_gt = torch.atan(w_gt / h_gt.clamp(min=eps))
    v = (4 / math.pi ** 2) * (angle_gt - angle_pred) ** 2
    with torch.no_grad():
        S = 1 - iou
        alpha = v / (S + v)  #!
        alpha = v / (S + v).clamp(min=eps)  #+
    ciou = iou - (u + alpha * v)

    weight = (inside_weights * outside_weights).mean(dim=1)
    return ((1 - ciou) * weight).sum() / max(output.size(0), 1)
