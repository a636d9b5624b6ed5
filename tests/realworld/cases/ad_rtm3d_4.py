# origin: https://github.com/maudzung/RTM3D/issues/4
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def _sigmoid(x):
    return torch.sigmoid(x)  #!
    return torch.clamp(x.sigmoid(), min=1e-4, max=1 - 1e-4)  #+


class FocalLoss(nn.Module):
    """Modified focal loss, same as CornerNet. Runs faster and costs a little bit more memory"""

    def __init__(self, alpha=2, beta=4):
        super(FocalLoss, self).__init__()
        self.alpha = alpha
        self.beta = beta

    def forward(self, pred, gt):
        pos_inds = gt.eq(1).float()
        neg_inds = gt.lt(1).float()
        neg_weights = torch.pow(1 - gt, self.beta)

        pos_loss = torch.log(pred) * torch.pow(1 - pred, self.alpha) * pos_inds  #*
        neg_loss = torch.log(1 - pred) * torch.pow(pred, self.alpha) * neg_weights * neg_inds  #*

        num_pos = pos_inds.sum()
        pos_loss = pos_loss.sum()
        neg_loss = neg_loss.sum()
        if num_pos == 0:
            return -neg_loss
        return -(pos_loss + neg_loss) / num_pos


class Compute_Loss(nn.Module):
    def __init__(self, weight_hm=1., weight_dim=1.):
        super(Compute_Loss, self).__init__()
        self.focal_loss = FocalLoss()
        self.weight_hm = weight_hm
        self.weight_dim = weight_dim

    def forward(self, outputs, tg):
        hm = _sigmoid(outputs['hm_mc'])
        l_hm = self.focal_loss(hm, tg['hm_mc'])
        l_dim = F.l1_loss(outputs['dim'], tg['dim'])
        return l_hm * self.weight_hm + l_dim * self.weight_dim


class KFPNHead(nn.Module):
    def __init__(self, in_ch=64, num_classes=3):
        super(KFPNHead, self).__init__()
        self.hm_mc = nn.Conv2d(in_ch, num_classes, 1)
        self.dim = nn.Conv2d(in_ch, 3, 1)

    def forward(self, x):
        return {'hm_mc': self.hm_mc(x), 'dim': self.dim(x)}
