# origin: https://github.com/zylo117/Yet-Another-EfficientDet-Pytorch/issues/502
# kinds: precision domain underflow loss-scale overflow explosion
import torch
import torch.nn as nn


class Classifier(nn.Module):
    def __init__(self, in_channels, num_anchors, num_classes):
        super().__init__()
        self.num_classes = num_classes
        self.header = nn.Conv2d(in_channels, num_anchors * num_classes, 3, padding=1)

    def forward(self, feats):
        flat = []
        for feat in feats:
            feat = self.header(feat).permute(0, 2, 3, 1)
            flat.append(feat.reshape(feat.shape[0], -1, self.num_classes))
        return torch.cat(flat, dim=1).sigmoid()


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.25, gamma=2.0):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma

    def forward(self, classifications, targets):
        losses = []
        for classification, target in zip(classifications, targets):
            classification = torch.clamp(classification, 1e-4, 1.0 - 1e-4)  #!
            classification = torch.clamp(classification.float(), 1e-4, 1.0 - 1e-4)  #+
            positive = target == 1.0
            alpha_factor = torch.where(positive, self.alpha, 1.0 - self.alpha)
            focal_weight = torch.where(positive, 1.0 - classification, classification)
            focal_weight = alpha_factor * torch.pow(focal_weight, self.gamma)
            bce = -(target * torch.log(classification) + (1.0 - target) * torch.log(1.0 - classification))
            losses.append((focal_weight * bce).sum() / positive.sum().clamp(min=1.0))
        return torch.stack(losses).mean()


def train_step(backbone, classifier, criterion, optimizer, scaler, imgs, targets):
    optimizer.zero_grad()
    with torch.autocast(device_type="cuda", dtype=torch.float16):
        classifications = classifier(backbone(imgs))
        loss = criterion(classifications, targets)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.item()
