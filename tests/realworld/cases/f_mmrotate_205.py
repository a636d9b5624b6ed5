# origin: https://github.com/open-mmlab/mmrotate/issues/205
# kinds: domain
from copy import deepcopy

import torch
from torch import nn


def xy_wh_r_2_xy_sigma(xywhr):
    xy = xywhr[..., :2]
    wh = xywhr[..., 2:4].clamp(min=1e-7, max=1e7).reshape(-1, 2)
    r = xywhr[..., 4]
    cos_r, sin_r = torch.cos(r), torch.sin(r)
    R = torch.stack((cos_r, -sin_r, sin_r, cos_r), dim=-1).reshape(-1, 2, 2)
    S = 0.5 * torch.diag_embed(wh)
    return xy, R.bmm(S.square()).bmm(R.permute(0, 2, 1))


def postprocess(distance, fun="log1p", tau=1.0):
    if fun == "log1p":
        distance = torch.log1p(distance)
    elif fun == "none":
        pass
    else:
        raise ValueError(f"Invalid non-linear function {fun}")
    return 1 - 1 / (tau + distance) if tau >= 1.0 else distance


def gwd_loss(pred, target, fun="log1p", tau=1.0, alpha=1.0, normalize=True):
    xy_p, Sigma_p = pred
    xy_t, Sigma_t = target
    xy_distance = (xy_p - xy_t).square().sum(dim=-1)

    whr_distance = Sigma_p.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    whr_distance = whr_distance + Sigma_t.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    _t_tr = (Sigma_p.bmm(Sigma_t)).diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    _t_det_sqrt = (Sigma_p.det() * Sigma_t.det()).clamp(0).sqrt()  #!
    _t_det_sqrt = (Sigma_p.det() * Sigma_t.det()).clamp(1e-7).sqrt()  #+
    whr_distance = whr_distance + (-2) * ((_t_tr + 2 * _t_det_sqrt).clamp(0).sqrt())  #!
    whr_distance = whr_distance + (-2) * ((_t_tr + 2 * _t_det_sqrt).clamp(1e-7).sqrt())  #+

    distance = (xy_distance + alpha * alpha * whr_distance).clamp(0).sqrt()  #!
    distance = (xy_distance + alpha * alpha * whr_distance).clamp(1e-7).sqrt()  #+
    return postprocess(distance, fun=fun, tau=tau)


class GDLoss(nn.Module):
    def __init__(self, fun="log1p", tau=1.0, alpha=1.0, reduction="mean", loss_weight=1.0, **kwargs):
        super().__init__()
        self.loss, self.preprocess = gwd_loss, xy_wh_r_2_xy_sigma
        self.fun, self.tau, self.alpha = fun, tau, alpha
        self.reduction, self.loss_weight, self.kwargs = reduction, loss_weight, kwargs

    def forward(self, pred, target, weight=None, **kwargs):
        _kwargs = deepcopy(self.kwargs)
        _kwargs.update(kwargs)
        pred, target = self.preprocess(pred), self.preprocess(target)
        loss = self.loss(pred, target, fun=self.fun, tau=self.tau, alpha=self.alpha, **_kwargs)
        return loss.mean() * self.loss_weight
