# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow domain
import torch
from torch.nn.modules.loss import _Loss


class DiceLoss(_Loss):
    def __init__(self, mode="binary", smooth=0.0, eps=1e-4):
        super().__init__()
        self.mode, self.smooth, self.eps = mode, smooth, eps

    def forward(self, y_pred, y_true):
        y_pred = y_pred.sigmoid().half()
        y_pred = y_pred.float()  #+
        y_true = y_true.to(y_pred.dtype)
        scores = self.compute_score(y_pred.flatten(1), y_true.flatten(1))
        return (1.0 - scores).mean()

    def compute_score(self, output, target):
        intersection = torch.sum(output * target, dim=1)  #*
        cardinality = torch.sum(output + target, dim=1)  #*
        return (2.0 * intersection + self.smooth) / (cardinality + self.smooth).clamp_min(self.eps)
