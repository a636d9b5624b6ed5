# origin: https://github.com/mlzxy/devit/issues/51
# kinds: domain
import torch
import torch.nn.functional as F


def dice_loss(inputs, targets):
    inputs = inputs.sigmoid().flatten(1)
    targets = targets.flatten(1)
    numerator = 2 * (inputs * targets).sum(1)
    denominator = inputs.sum(-1) + targets.sum(-1)
    loss = 1 - (numerator + 1) / (denominator + 1)
    num_masks = (targets.sum(-1) > 0).sum()
    return loss.sum() / num_masks  #!
    return loss.sum() / max(num_masks, 1)  #+


def mask_loss(prediction, target):
    return dice_loss(prediction, target) + F.binary_cross_entropy_with_logits(prediction, target)
