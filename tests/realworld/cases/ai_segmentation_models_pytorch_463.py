# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow
from typing import List, Optional

import torch
import torch.nn.functional as F
from torch.nn.modules.loss import _Loss

BINARY_MODE = "binary"
MULTICLASS_MODE = "multiclass"
MULTILABEL_MODE = "multilabel"


def soft_dice_score(output: torch.Tensor, target: torch.Tensor, smooth: float = 0.0, eps: float = 1e-7, dims=None):
    assert output.size() == target.size()
    output, target = output.float(), target.float()  #+
    if dims is not None:
        intersection = torch.sum(output * target, dim=dims)  #*
        cardinality = torch.sum(output + target, dim=dims)  #*
    else:
        intersection = torch.sum(output * target)  #*
        cardinality = torch.sum(output + target)  #*
    dice_score = (2.0 * intersection + smooth) / (cardinality + smooth).clamp_min(eps)
    return dice_score


class DiceLoss(_Loss):
    def __init__(self, mode: str, classes: Optional[List[int]] = None, from_logits: bool = True,
                 smooth: float = 0.0, eps: float = 1e-7):
        assert mode in {BINARY_MODE, MULTILABEL_MODE, MULTICLASS_MODE}
        super().__init__()
        self.mode = mode
        self.classes = classes
        self.from_logits = from_logits
        self.smooth = smooth
        self.eps = eps

    def forward(self, y_pred: torch.Tensor, y_true: torch.Tensor) -> torch.Tensor:
        assert y_true.size(0) == y_pred.size(0)
        if self.from_logits:
            if self.mode == MULTICLASS_MODE:
                y_pred = y_pred.log_softmax(dim=1).exp()
            else:
                y_pred = F.logsigmoid(y_pred).exp()

        bs = y_true.size(0)
        num_classes = y_pred.size(1)
        dims = (0, 2)
        if self.mode == MULTICLASS_MODE:
            y_true = F.one_hot(y_true.view(bs, -1), num_classes).permute(0, 2, 1)
            y_pred = y_pred.view(bs, num_classes, -1)
        else:
            y_true = y_true.view(bs, num_classes, -1)
            y_pred = y_pred.view(bs, num_classes, -1)

        scores = soft_dice_score(y_pred, y_true.type_as(y_pred), smooth=self.smooth, eps=self.eps, dims=dims)
        loss = 1.0 - scores

        # Dice loss is undefined for non-empty classes
        mask = (y_true.sum(dims, dtype=torch.float32) > 0).to(loss.dtype)
        loss = loss * mask
        if self.classes is not None:
            loss = loss[self.classes]
        return loss.mean()


def validate(model, loader, device="cuda"):
    model = model.to(device).half().eval()
    criterion = DiceLoss(BINARY_MODE, from_logits=True)
    losses = []
    with torch.no_grad():
        for image, mask in loader:
            logits = model(image.to(device).half())
            losses.append(criterion(logits, mask.to(device)).item())
    return sum(losses) / len(losses)
