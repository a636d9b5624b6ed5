# origin: https://github.com/Deci-AI/super-gradients/issues/912
# kinds: domain
from typing import Union

import torch
from torch import nn
from torch.nn.modules.loss import _Loss


class MaskAttentionLoss(_Loss):
    """Pixel mask attention: gives more weight to the masked pixels."""

    def __init__(self, criterion: Union[nn.Module, _Loss], loss_weights=(1.0, 1.0), reduction="mean"):
        super().__init__(reduction=reduction)
        if criterion.reduction != "none":
            raise ValueError(f"criterion reduction must be none, for computing the mask, found: {criterion.reduction}")
        self.criterion = criterion
        self.loss_weights = loss_weights

    def forward(self, predict: torch.Tensor, target: torch.Tensor, mask: torch.Tensor):
        criterion_loss = self.criterion(predict, target)
        mask = mask.expand_as(criterion_loss)
        mask_loss = criterion_loss * mask
        if self.reduction == "mean":
            criterion_loss = criterion_loss.mean()
            mask_loss = mask_loss[mask == 1]
            mask_loss = mask_loss.mean()  #!
            mask_loss = mask_loss.mean() if mask_loss.numel() > 0 else mask_loss.sum()  #+
        return self.loss_weights[0] * criterion_loss + self.loss_weights[1] * mask_loss


class EdgeLoss(nn.Module):
    def __init__(self, num_classes, ignore_index=-1, weights=(0.5, 0.5)):
        super().__init__()
        self.num_classes = num_classes
        self.ce = MaskAttentionLoss(nn.CrossEntropyLoss(reduction="none", ignore_index=ignore_index), weights)

    def forward(self, preds, target):
        onehot = nn.functional.one_hot(target, self.num_classes).permute(0, 3, 1, 2).float()
        dilated = nn.functional.max_pool2d(onehot, 3, 1, 1)
        edges = (dilated.sum(1, keepdim=True) > 1).float()
        return self.ce(preds, target, edges.squeeze(1))
