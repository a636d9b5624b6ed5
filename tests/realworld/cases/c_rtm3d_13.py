# origin: https://github.com/maudzung/RTM3D/issues/13
# kinds: domain underflow overflow cancellation
import torch


def neg_loss(pred, gt, alpha=2, beta=4):
    pos_inds = gt.eq(1).float()
    neg_inds = gt.lt(1).float()
    neg_weights = torch.pow(1 - gt, beta)
    pos_loss = torch.log(pred) * torch.pow(1 - pred, alpha) * pos_inds  #!
    neg_loss = torch.log(1 - pred) * torch.pow(pred, alpha) * neg_weights * neg_inds  #!
    pred = torch.clamp(pred, 1e-4, 1 - 1e-4)  #+
    pos_loss = torch.log(pred) * torch.pow(1 - pred, alpha) * pos_inds  #+
    neg_loss = torch.log(1 - pred) * torch.pow(pred, alpha) * neg_weights * neg_inds  #+
    num_pos = pos_inds.sum()
    if num_pos == 0:
        return -neg_loss.sum()
    return -(pos_loss.sum() + neg_loss.sum()) / num_pos


def heatmap_loss(outputs, targets):
    hm = outputs["hm_mc"].sigmoid()
    return neg_loss(hm, targets["hm_mc"])
