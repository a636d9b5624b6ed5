# origin: https://github.com/ShannonAI/dice_loss_for_NLP/issues/6
# kinds: domain
import torch
import torch.nn as nn
from torch import Tensor


class AdaptiveDiceLoss(nn.Module):
    """Self-adjusting dice loss for binary tagging."""

    def __init__(self, alpha: float = 0.1, smooth: float = 1e-4, reduction: str = "mean"):
        super().__init__()
        self.alpha = alpha
        self.smooth = smooth
        self.reduction = reduction

    def forward(self, logits: Tensor, target: Tensor, mask: Tensor = None) -> Tensor:
        flat_input = torch.sigmoid(logits.view(logits.size(0), -1))
        flat_target = target.view(target.size(0), -1).float()
        if mask is not None:
            mask = mask.view(mask.size(0), -1).float()
            flat_input = flat_input * mask
            flat_target = flat_target * mask

        decay = (1 - flat_input) ** self.alpha  #!
        decay = (1 - flat_input).clamp_min(1e-6) ** self.alpha  #+
        weighted = decay * flat_input
        intersection = torch.sum(weighted * flat_target, -1)
        union = torch.sum(weighted, -1) + flat_target.sum(-1)
        loss = 1 - (2 * intersection + self.smooth) / (union + self.smooth)
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss


def training_step(model, batch, criterion):
    logits = model(batch["input_ids"], batch["token_type_ids"], batch["attention_mask"])
    loss = criterion(logits, batch["labels"], batch["attention_mask"])
    return {"loss": loss, "log": {"train_loss": loss.detach()}}
