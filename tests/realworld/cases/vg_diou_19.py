# origin: https://github.com/Zzh-tju/DIoU-pytorch-detectron/issues/19
# kinds: domain
import math

import torch


def bbox_transform(deltas, weights):
    wx, wy, ww, wh = weights
    dx, dy = deltas[:, 0::4] / wx, deltas[:, 1::4] / wy
    dw, dh = torch.clamp(deltas[:, 2::4] / ww, max=4.1), torch.clamp(deltas[:, 3::4] / wh, max=4.1)
    pred_w, pred_h = torch.exp(dw), torch.exp(dh)
    return torch.stack((dx - 0.5 * pred_w, dy - 0.5 * pred_h, dx + 0.5 * pred_w, dy + 0.5 * pred_h), -1).view(-1, 4)


def compute_ciou(output, target, bbox_inside_weights, transform_weights=(10.0, 10.0, 5.0, 5.0)):
    keep = (target[:, 3] > target[:, 1]) & (target[:, 2] > target[:, 0])
    output, target = output[keep], target[keep]  #+
    x1, y1, x2, y2 = bbox_transform(output, transform_weights).unbind(1)
    x1g, y1g, x2g, y2g = bbox_transform(target, transform_weights).unbind(1)
    w_pred, h_pred = x2 - x1, y2 - y1
    w_gt, h_gt = x2g - x1g, y2g - y1g
    v = (4 / math.pi**2) * torch.pow(torch.atan(w_gt / h_gt) - torch.atan(w_pred / h_pred), 2)  #!
    v = (4 / math.pi**2) * torch.pow(torch.atan2(w_gt, h_gt + 1e-9) - torch.atan2(w_pred, h_pred + 1e-9), 2)  #+
    inter = (torch.min(x2, x2g) - torch.max(x1, x1g)).clamp(0) * (torch.min(y2, y2g) - torch.max(y1, y1g)).clamp(0)
    union = w_pred * h_pred + w_gt * h_gt - inter + 1e-7
    iou = inter / union
    alpha = v / (1 - iou + v + 1e-7)
    loss = 1 - iou + alpha * v
    return (loss * keep).sum() / output.size(0)  #-
    return loss.sum() / max(output.size(0), 1)  #+
