# origin: https://github.com/ultralytics/ultralytics/pull/25097
# kinds: overflow loss-scale
import torch
import torch.nn as nn
import torch.nn.functional as F


class SemanticLoss:
    def __init__(self, num_classes, ignore_index=255, dice_weight=0.5):
        self.nc = num_classes
        self.ignore_index = ignore_index
        self.dice_weight = dice_weight

    def ce_loss(self, preds, target):
        valid = target != self.ignore_index
        if not valid.any():
            return preds.sum() * 0.0  #!
            return preds.flatten()[0] * 0.0  #+
        return F.cross_entropy(preds.float(), target, ignore_index=self.ignore_index)

    def dice_loss(self, preds, target):
        valid = (target != self.ignore_index).unsqueeze(1)
        if not valid.any():
            return preds.sum() * 0.0  #!
            return preds.flatten()[0] * 0.0  #+
        prob = preds.float().softmax(dim=1) * valid
        one_hot = F.one_hot(target.clamp(max=self.nc - 1), self.nc).permute(0, 3, 1, 2) * valid
        inter = (prob * one_hot).sum(dim=(0, 2, 3))
        total = prob.sum(dim=(0, 2, 3)) + one_hot.sum(dim=(0, 2, 3))
        return 1 - ((2 * inter + 1.0) / (total + 1.0)).mean()

    def __call__(self, preds, target):
        preds = F.interpolate(preds, size=target.shape[-2:], mode="bilinear")
        return self.ce_loss(preds, target) + self.dice_weight * self.dice_loss(preds, target)


class SegmentHead(nn.Module):
    def __init__(self, channels, num_classes):
        super().__init__()
        self.cls = nn.Conv2d(channels, num_classes, 1)

    def forward(self, features):
        return self.cls(features)


def validate(head, loader, num_classes, device="cuda"):
    head = head.to(device).half().eval()
    criterion = SemanticLoss(num_classes)
    total, seen = 0.0, 0
    with torch.no_grad():
        for features, target in loader:
            preds = head(features.to(device).half())
            total += criterion(preds, target.to(device)).item()
            seen += 1
    return total / max(seen, 1)
