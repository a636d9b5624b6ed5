# origin: https://github.com/Deci-AI/super-gradients/issues/912
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F


def one_hot_edges(target, num_classes, kernel_size=3):
    one_hot = F.one_hot(target, num_classes).permute(0, 3, 1, 2).float()
    pad = kernel_size // 2
    dilated = F.max_pool2d(one_hot, kernel_size, stride=1, padding=pad)
    eroded = -F.max_pool2d(-one_hot, kernel_size, stride=1, padding=pad)
    return ((dilated - eroded).sum(dim=1, keepdim=True) > 0).float()


class MaskAttentionLoss(nn.Module):
    def __init__(self, criterion, loss_weights=(1.0, 1.0)):
        super().__init__()
        self.criterion = criterion
        self.loss_weights = loss_weights

    def forward(self, predict, target, mask):
        raw_loss = self.criterion(predict, target)
        if raw_loss.dim() == 3:
            raw_loss = raw_loss.unsqueeze(1)
        mask_loss = raw_loss * mask
        mask_loss = mask_loss[mask == 1]
        mask_loss = mask_loss.mean()  #!
        mask_loss = mask_loss.sum() / max(mask_loss.numel(), 1)  #+
        return self.loss_weights[0] * raw_loss.mean() + self.loss_weights[1] * mask_loss


class CEEdgeLoss(nn.Module):
    def __init__(self, num_classes, edge_weights=(0.5, 0.5)):
        super().__init__()
        self.num_classes = num_classes
        self.attention = MaskAttentionLoss(nn.CrossEntropyLoss(reduction="none"), edge_weights)

    def forward(self, preds, target):
        edges = one_hot_edges(target, self.num_classes)
        losses = []
        for pred in preds:
            pred = F.interpolate(pred, size=target.shape[-2:], mode="bilinear", align_corners=False)
            losses.append(self.attention(pred, target, edges))
        return sum(losses)
