# origin: https://github.com/rwightman/efficientdet-pytorch/pull/77
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F


def focal_loss(logits, targets, alpha: float, gamma: float, normalizer):
    positive_label_mask = targets == 1.0
    targets = targets.to(logits.dtype)
    cross_entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    neg_logits = -1.0 * logits
    log_term = torch.log1p(torch.exp(neg_logits))  #!
    log_term = F.softplus(neg_logits)  #+
    modulator = torch.exp(gamma * targets * neg_logits - gamma * log_term)
    loss = modulator * cross_entropy
    weighted_loss = torch.where(positive_label_mask, alpha * loss, (1.0 - alpha) * loss)
    return weighted_loss / normalizer


class ClassLoss(nn.Module):
    def __init__(self, num_classes: int, alpha: float = 0.25, gamma: float = 1.5):
        super().__init__()
        self.num_classes = num_classes
        self.alpha = alpha
        self.gamma = gamma

    def one_hot(self, cls_targets):
        valid = cls_targets >= 0
        oh = F.one_hot(cls_targets * valid, self.num_classes)
        return torch.where(valid.unsqueeze(-1), oh, torch.zeros_like(oh))

    def forward(self, cls_outputs, cls_targets, num_positives):
        num_positives_sum = num_positives.sum() + 1.0
        losses = []
        for logits, cls_target in zip(cls_outputs, cls_targets):
            bs, height, width, _ = cls_target.shape
            target = self.one_hot(cls_target).view(bs, height, width, -1)
            cls_loss = focal_loss(
                logits.permute(0, 2, 3, 1), target, self.alpha, self.gamma, num_positives_sum)
            cls_loss = cls_loss.view(bs, height, width, -1, self.num_classes)
            cls_loss = cls_loss * (cls_target != -2).unsqueeze(-1).float()
            losses.append(cls_loss.sum())
        return torch.stack(losses).sum()
