# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow precision
from typing import List, Optional

import torch
import torch.nn.functional as F
from torch.nn.modules.loss import _Loss

BINARY_MODE: str = "binary"
MULTICLASS_MODE: str = "multiclass"
MULTILABEL_MODE: str = "multilabel"


def to_tensor(x, dtype=None) -> torch.Tensor:
    if not isinstance(x, torch.Tensor):
        x = torch.tensor(x)
    return x if dtype is None else x.type(dtype)


def soft_dice_score(output: torch.Tensor, target: torch.Tensor, smooth: float = 0.0, eps: float = 1e-7, dims=None) -> torch.Tensor:
    assert output.size() == target.size()
    output, target = output.float(), target.float()  #+
    if dims is not None:
        intersection = torch.sum(output * target, dim=dims)
        cardinality = torch.sum(output + target, dim=dims)  #!
        cardinality = torch.sum(output + target, dim=dims)  #+
    else:
        intersection = torch.sum(output * target)
        cardinality = torch.sum(output + target)  #!
        cardinality = torch.sum(output + target)  #+
    dice_score = (2.0 * intersection + smooth) / (cardinality + smooth).clamp_min(eps)  #*
    return dice_score


class DiceLoss(_Loss):
    def __init__(self, mode: str, classes: Optional[List[int]] = None, from_logits: bool = True, smooth: float = 0.0,
                 ignore_index: Optional[int] = None, eps: float = 1e-7):
        assert mode in {BINARY_MODE, MULTILABEL_MODE, MULTICLASS_MODE}
        super().__init__()
        self.mode = mode
        self.classes = to_tensor(classes, dtype=torch.long) if classes is not None else None
        self.from_logits = from_logits
        self.smooth = smooth
        self.eps = eps
        self.ignore_index = ignore_index

    def forward(self, y_pred: torch.Tensor, y_true: torch.Tensor) -> torch.Tensor:
        assert y_true.size(0) == y_pred.size(0)
        if self.from_logits:
            y_pred = y_pred.log_softmax(dim=1).exp() if self.mode == MULTICLASS_MODE else F.logsigmoid(y_pred).exp()

        bs, num_classes = y_true.size(0), y_pred.size(1)
        dims = (0, 2)
        y_pred = y_pred.view(bs, num_classes, -1)
        if self.mode == MULTICLASS_MODE:
            y_true = F.one_hot(y_true.view(bs, -1), num_classes).permute(0, 2, 1)
        else:
            y_true = y_true.view(bs, num_classes, -1)

        if self.ignore_index is not None:
            mask = y_true != self.ignore_index
            y_pred, y_true = y_pred * mask, y_true * mask

        scores = soft_dice_score(y_pred, y_true.type_as(y_pred), smooth=self.smooth, eps=self.eps, dims=dims)
        loss = 1.0 - scores
        mask = y_true.sum(dims) > 0
        loss = loss * mask.to(loss.dtype)
        if self.classes is not None:
            loss = loss[self.classes]
        return loss.mean()
