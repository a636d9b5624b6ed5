# origin: https://github.com/mlzxy/devit/issues/51
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def dice_loss(inputs, targets, num_masks):
    inputs = inputs.sigmoid().flatten(1)
    targets = targets.flatten(1)
    numerator = 2 * (inputs * targets).sum(-1)
    denominator = inputs.sum(-1) + targets.sum(-1)
    loss = 1 - (numerator + 1) / (denominator + 1)
    return loss.sum() / max(num_masks, 1)


def region_l1(pred, target):
    if pred.shape[0] == 0:  #+
        return pred.sum() * 0.0  #+
    return F.l1_loss(pred, target)  #!
    return F.l1_loss(pred, target)  #+


class RegionPropagationHead(nn.Module):
    """Refines proposal boxes; only proposals which are matched to an object are supervised."""

    def __init__(self, in_dim=256, num_steps=3):
        super().__init__()
        self.steps = nn.ModuleList(
            nn.Sequential(nn.Linear(in_dim, in_dim), nn.ReLU(), nn.Linear(in_dim, 4)) for _ in range(num_steps)
        )
        self.mask_head = nn.ConvTranspose2d(in_dim, 1, 2, stride=2)

    def forward(self, feats, roi_maps, matched, gt_coords, gt_masks):
        foreground = matched >= 0
        target = gt_coords[matched[foreground]]
        losses = {}
        for i, step in enumerate(self.steps):
            coords = step(feats).sigmoid()
            losses[f"rg_l1_loss_{i}"] = region_l1(coords[foreground], target)
        mask_logits = self.mask_head(roi_maps[foreground]).squeeze(1)
        losses["dice"] = dice_loss(mask_logits, gt_masks[matched[foreground]], int(foreground.sum()))
        return losses


def total_loss(losses, weight=1.0):
    return weight * sum(losses.values())
