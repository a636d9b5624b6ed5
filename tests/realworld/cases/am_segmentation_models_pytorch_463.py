# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow
from typing import List, Optional

import torch
import torch.nn.functional as F
from torch.nn.modules.loss import _Loss

BINARY_MODE: str = "binary"
MULTICLASS_MODE: str = "multiclass"


def soft_dice_score(output: torch.Tensor, target: torch.Tensor, smooth: float = 0.0, eps: float = 1e-7, dims=None):
    assert output.size() == target.size()
    output = output.float()  #+
    target = target.float()  #+
    if dims is not None:
        intersection = torch.sum(output * target, dim=dims)  #!
        cardinality = torch.sum(output + target, dim=dims)  #!
        intersection = torch.sum(output * target, dim=dims)  #+
        cardinality = torch.sum(output + target, dim=dims)  #+
    else:
        intersection = torch.sum(output * target)  #*
        cardinality = torch.sum(output + target)  #*
    return (2.0 * intersection + smooth) / (cardinality + smooth).clamp_min(eps)


class DiceLoss(_Loss):
    def __init__(self, mode: str, classes: Optional[List[int]] = None, from_logits: bool = True,
                 smooth: float = 0.0, eps: float = 1e-7):
        assert mode in {BINARY_MODE, MULTICLASS_MODE}
        super().__init__()
        self.mode = mode
        self.classes = classes
        self.from_logits = from_logits
        self.smooth = smooth
        self.eps = eps

    def forward(self, y_pred: torch.Tensor, y_true: torch.Tensor) -> torch.Tensor:
        if self.from_logits:
            if self.mode == MULTICLASS_MODE:
                y_pred = y_pred.log_softmax(dim=1).exp()
            else:
                y_pred = F.logsigmoid(y_pred).exp()

        bs, num_classes = y_true.size(0), y_pred.size(1)
        dims = (0, 2)
        if self.mode == BINARY_MODE:
            y_true = y_true.view(bs, 1, -1)
            y_pred = y_pred.view(bs, 1, -1)
        else:
            y_true = F.one_hot(y_true.view(bs, -1), num_classes).permute(0, 2, 1)
            y_pred = y_pred.view(bs, num_classes, -1)

        scores = soft_dice_score(y_pred, y_true.type_as(y_pred), smooth=self.smooth, eps=self.eps, dims=dims)
        loss = 1.0 - scores
        present = y_true.amax(dim=dims) > 0
        loss = loss * present.to(loss.dtype)
        if self.classes is not None:
            loss = loss[self.classes]
        return loss.mean()


@torch.no_grad()
def validate(model, loader, device="cuda"):
    criterion = DiceLoss(BINARY_MODE, from_logits=True)
    model = model.to(device).half().eval()
    losses = []
    for batch in loader:
        logits = model(batch["image"].to(device).half())
        losses.append(criterion(logits, batch["mask"].to(device).half()).item())
    return sum(losses) / max(len(losses), 1)
