# origin: https://github.com/open-mmlab/mmrotate/issues/205
# kinds: domain explosion
import torch
import torch.nn as nn


def xywhr_to_gaussian(boxes):
    xy, wh, r = boxes[..., :2], boxes[..., 2:4].clamp(min=1e-3), boxes[..., 4]
    cos, sin = torch.cos(r), torch.sin(r)
    rot = torch.stack((cos, -sin, sin, cos), dim=-1).reshape(-1, 2, 2)
    half = 0.5 * torch.diag_embed(wh)
    sigma = rot.bmm(half.square()).bmm(rot.transpose(1, 2))
    return xy, sigma


def trace(m):
    return m.diagonal(dim1=-2, dim2=-1).sum(-1)


def gwd_loss(pred, target, tau=1.0, alpha=1.0):
    xy_p, sigma_p = xywhr_to_gaussian(pred)
    xy_t, sigma_t = xywhr_to_gaussian(target)

    xy_distance = (xy_p - xy_t).square().sum(dim=-1)
    whr_distance = trace(sigma_p) + trace(sigma_t)
    t_tr = trace(sigma_p.bmm(sigma_t))
    t_det_sqrt = (sigma_p.det() * sigma_t.det()).clamp(1e-7).sqrt()
    whr_distance = whr_distance - 2 * (t_tr + 2 * t_det_sqrt).clamp(1e-7).sqrt()

    distance = (xy_distance + alpha * alpha * whr_distance).clamp(0).sqrt()  #!
    distance = (xy_distance + alpha * alpha * whr_distance).clamp(1e-7).sqrt()  #+
    distance = torch.log1p(distance)
    return 1 - 1 / (tau + distance)


class GDLoss(nn.Module):
    def __init__(self, tau=1.0, alpha=1.0, loss_weight=5.0):
        super().__init__()
        self.tau = tau
        self.alpha = alpha
        self.loss_weight = loss_weight

    def forward(self, pred, target, weight, avg_factor):
        loss = gwd_loss(pred, target, tau=self.tau, alpha=self.alpha)
        return self.loss_weight * (loss * weight).sum() / avg_factor
