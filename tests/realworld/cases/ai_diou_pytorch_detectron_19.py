# origin: https://github.com/Zzh-tju/DIoU-pytorch-detectron/issues/19
# kinds: domain
import math

import numpy as np
import torch


def bbox_transform(deltas, weights):
    wx, wy, ww, wh = weights
    dx = deltas[:, 0::4] / wx
    dy = deltas[:, 1::4] / wy
    dw = torch.clamp(deltas[:, 2::4] / ww, max=np.log(1000. / 16.))
    dh = torch.clamp(deltas[:, 3::4] / wh, max=np.log(1000. / 16.))
    pred_w, pred_h = torch.exp(dw), torch.exp(dh)
    x1, y1 = dx - 0.5 * pred_w, dy - 0.5 * pred_h
    x2, y2 = dx + 0.5 * pred_w, dy + 0.5 * pred_h
    return x1.view(-1), y1.view(-1), x2.view(-1), y2.view(-1)


def clip_to_window(boxes, lo=-2.0, hi=2.0):
    return tuple(torch.clamp(b, lo, hi) for b in boxes)


def compute_ciou(output, target, bbox_inside_weights, bbox_outside_weights,
                 transform_weights=(1., 1., 1., 1.), batch_size=None):
    x1, y1, x2, y2 = clip_to_window(bbox_transform(output, transform_weights))
    x1g, y1g, x2g, y2g = clip_to_window(bbox_transform(target, transform_weights))
    mask = (y2 > y1) & (x2 > x1) & (y2g > y1g) & (x2g > x1g)
    x1, y1, x2, y2 = x1[mask], y1[mask], x2[mask], y2[mask]  #+
    x1g, y1g, x2g, y2g = x1g[mask], y1g[mask], x2g[mask], y2g[mask]  #+
    w, h = x2 - x1, y2 - y1
    wg, hg = x2g - x1g, y2g - y1g

    iw = (torch.min(x2, x2g) - torch.max(x1, x1g)).clamp(min=0)
    ih = (torch.min(y2, y2g) - torch.max(y1, y1g)).clamp(min=0)
    inter = iw * ih
    union = w * h + wg * hg - inter + 1e-7
    iou = inter / union

    cw = torch.max(x2, x2g) - torch.min(x1, x1g)
    ch = torch.max(y2, y2g) - torch.min(y1, y1g)
    diag = cw ** 2 + ch ** 2 + 1e-7
    dist = ((x1 + x2 - x1g - x2g) ** 2 + (y1 + y2 - y1g - y2g) ** 2) / 4
    arctan = torch.atan(wg / hg) - torch.atan(w / h)  #*
    v = (4 / math.pi ** 2) * arctan ** 2
    with torch.no_grad():
        alpha = v / ((1 - iou) + v + 1e-7)
    ciou = iou - dist / diag - alpha * v

    iou_weights = (bbox_inside_weights.view(-1, 4).mean(1)
                   * bbox_outside_weights.view(-1, 4).mean(1))
    if batch_size is None:
        batch_size = output.size(0)
    loss = (1 - ciou[mask]) * iou_weights[mask]  #-
    loss = (1 - ciou) * iou_weights[mask]  #+
    return loss.sum(0) / batch_size
