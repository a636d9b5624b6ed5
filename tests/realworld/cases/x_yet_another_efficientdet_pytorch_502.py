# origin: https://github.com/zylo117/Yet-Another-EfficientDet-Pytorch/issues/502
# kinds: domain precision loss-scale
import torch
import torch.nn as nn


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.25, gamma=2.0):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma

    def forward(self, classification, targets):
        classification = torch.clamp(classification, 1e-4, 1.0 - 1e-4)  #!
        classification = torch.clamp(classification, 5e-3, 1.0 - 5e-3)  #+
        positive = torch.eq(targets, 1.0)
        alpha_factor = torch.where(positive, self.alpha, 1.0 - self.alpha)
        focal_weight = torch.where(positive, 1.0 - classification, classification)
        focal_weight = alpha_factor * torch.pow(focal_weight, self.gamma)
        bce = -(
            targets * torch.log(classification)  #*
            + (1.0 - targets) * torch.log(1.0 - classification)  #*
        )
        num_positive = positive.sum().clamp(min=1)
        return (focal_weight * bce).sum() / num_positive


class ClassHead(nn.Module):
    def __init__(self, channels, num_anchors, num_classes):
        super().__init__()
        self.num_classes = num_classes
        self.conv = nn.Conv2d(channels, num_anchors * num_classes, 3, padding=1)

    def forward(self, features):
        x = self.conv(features).permute(0, 2, 3, 1)
        return x.reshape(x.shape[0], -1, self.num_classes).sigmoid()


def build(channels=88, num_anchors=9, num_classes=90, device="cuda"):
    head = ClassHead(channels, num_anchors, num_classes).to(device).half()
    return head, FocalLoss()


def train_step(head, criterion, features, targets):
    scores = head(features.half())
    loss = criterion(scores, targets.half())
    loss.backward()
    return loss.detach()
