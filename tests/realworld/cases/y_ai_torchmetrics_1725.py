# origin: https://github.com/Lightning-AI/torchmetrics/issues/1725
# kinds: domain underflow precision
import torch
from torch import Tensor, nn


class PearsonCorrCoef(nn.Module):
    """Correlation between predictions and targets, both kept in half to save memory."""

    def __init__(self):
        super().__init__()
        self.preds = []
        self.target = []

    def update(self, preds: Tensor, target: Tensor) -> None:
        self.preds.append(preds.detach().flatten().half())
        self.target.append(target.detach().flatten().half())

    def compute(self) -> Tensor:
        preds = torch.cat(self.preds)
        target = torch.cat(self.target)
        preds, target = preds.double(), target.double()  #+
        n = preds.numel()
        preds_diff = preds - preds.mean()
        target_diff = target - target.mean()
        cov = (preds_diff * target_diff).sum() / (n - 1)
        var_x = (preds_diff * preds_diff).sum() / (n - 1)  #!
        var_y = (target_diff * target_diff).sum() / (n - 1)  #!
        corr = cov / (var_x * var_y).sqrt()  #!
        var_x = (preds_diff * preds_diff).sum() / (n - 1)  #+
        var_y = (target_diff * target_diff).sum() / (n - 1)  #+
        corr = cov / (var_x.sqrt() * var_y.sqrt()).clamp(min=1e-12)  #+
        return torch.clamp(corr, -1.0, 1.0).squeeze()

    def reset(self) -> None:
        self.preds.clear()
        self.target.clear()


def validate(model, loader, device="cpu"):
    metric = PearsonCorrCoef()
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            preds = torch.sigmoid(model(x.to(device)))
            metric.update(preds, y.to(device))
    return metric.compute().item()
