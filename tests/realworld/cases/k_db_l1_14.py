# origin: https://github.com/MhLiao/DB/issues/14
# kinds: domain
import torch
import torch.nn as nn


class MaskL1Loss(nn.Module):
    def __init__(self, eps=1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, pred: torch.Tensor, gt, mask):
        mask_sum = mask.sum()
        loss = (torch.abs(pred[:, 0] - gt) * mask).sum() / mask_sum  #!
        if mask_sum.item() == 0:  #+
            return mask_sum, dict(l1_loss=mask_sum)  #+
        loss = (torch.abs(pred[:, 0] - gt) * mask).sum() / mask_sum  #+
        return loss, dict(l1_loss=loss)


class L1BalanceCELoss(nn.Module):
    """Balanced cross entropy on the map, L1 on the thresholds."""

    def __init__(self, l1_scale=10, bce_scale=5):
        super().__init__()
        self.l1_loss = MaskL1Loss()
        self.bce_loss = nn.BCEWithLogitsLoss()
        self.l1_scale = l1_scale
        self.bce_scale = bce_scale

    def forward(self, pred, batch):
        bce_loss = self.bce_loss(pred["binary"], batch["gt"])
        metrics = dict(bce_loss=bce_loss)
        if "thresh" in pred:
            l1_loss, l1_metric = self.l1_loss(pred["thresh"], batch["thresh_map"], batch["thresh_mask"])
            loss = self.l1_scale * l1_loss + bce_loss * self.bce_scale
            metrics.update(**l1_metric)
        else:
            loss = bce_loss
        return loss, metrics
