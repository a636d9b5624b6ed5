# origin: https://github.com/huggingface/transformers/issues/25938
# kinds: overflow loss-scale
import torch
import torch.nn as nn
from scipy.optimize import linear_sum_assignment


def pair_wise_dice_loss(inputs, labels):
    inputs = inputs.float().sigmoid()
    labels = labels.float()
    numerator = 2 * torch.matmul(inputs / inputs.shape[1], labels.T)
    denominator = (inputs.sum(-1)[:, None] + labels.sum(-1)[None, :]) / inputs.shape[1]
    return 1 - numerator / (denominator + 1e-6)


def pair_wise_sigmoid_cross_entropy_loss(inputs, labels):
    height_and_width = inputs.shape[1]

    criterion = nn.BCEWithLogitsLoss(reduction="none")
    loss_pos = criterion(inputs, torch.ones_like(inputs))  #-
    loss_neg = criterion(inputs, torch.zeros_like(inputs))  #-
    loss_pos = criterion(inputs, torch.ones_like(inputs)) / height_and_width  #+
    loss_neg = criterion(inputs, torch.zeros_like(inputs)) / height_and_width  #+

    loss = torch.matmul(loss_pos, labels.T) + torch.matmul(loss_neg, (1 - labels).T)  #!
    return loss / height_and_width  #!
    return torch.matmul(loss_pos, labels.T) + torch.matmul(loss_neg, (1 - labels).T)  #+


class HungarianMatcher(nn.Module):
    def __init__(self, cost_class=2.0, cost_mask=5.0, cost_dice=5.0):
        super().__init__()
        self.cost_class = cost_class
        self.cost_mask = cost_mask
        self.cost_dice = cost_dice

    @torch.no_grad()
    def forward(self, class_logits, mask_logits, target_classes, target_masks):
        # (queries, H*W) and (targets, H*W), half precision under mixed training
        pred = mask_logits.flatten(1).half()
        target = target_masks.flatten(1).half()
        cost_class = -class_logits.float().softmax(-1)[:, target_classes]
        cost = self.cost_class * cost_class
        cost = cost + self.cost_mask * pair_wise_sigmoid_cross_entropy_loss(pred, target)
        cost = cost + self.cost_dice * pair_wise_dice_loss(pred, target)
        rows, cols = linear_sum_assignment(cost.cpu().numpy())
        return torch.as_tensor(rows), torch.as_tensor(cols)
