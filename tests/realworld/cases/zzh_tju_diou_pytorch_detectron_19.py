# origin: https://github.com/Zzh-tju/DIoU-pytorch-detectron/issues/19
# kinds: domain
import math

import torch


def compute_ciou(output, target, weights):
    x1, y1, x2, y2 = output.unbind(-1)
    x1g, y1g, x2g, y2g = target.unbind(-1)
    keep = (x2 > x1) & (y2 > y1)
    w_pred, h_pred = x2 - x1, y2 - y1
    w_gt, h_gt = x2g - x1g, y2g - y1g
    h_pred = torch.where(keep, h_pred, torch.ones_like(h_pred))  #+
    h_gt = h_gt.clamp(min=1e-6)  #+
    arctan = torch.atan(w_gt / h_gt) - torch.atan(w_pred / h_pred)  #!
    arctan = torch.atan2(w_gt, h_gt) - torch.atan2(w_pred, h_pred)  #+
    v = (4 / math.pi**2) * arctan**2
    loss = torch.where(keep, v, torch.zeros_like(v))
    return (loss * weights).sum() / output.size(0)
