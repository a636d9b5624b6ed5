# origin: https://github.com/graphnet-team/graphnet/issues/846
# kinds: loss-scale method underflow overflow domain
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


class BinaryCrossEntropyLoss(nn.Module):
    def forward(self, prediction: Tensor, target: Tensor, weights: Tensor = None) -> Tensor:
        elements = F.binary_cross_entropy(prediction.squeeze(-1), target.float(), reduction="none")  #!
        elements = F.binary_cross_entropy_with_logits(prediction.squeeze(-1), target.float(), reduction="none")  #+
        if weights is not None:
            elements = elements * weights
        return elements.mean()


class BinaryClassificationTask(nn.Module):
    def __init__(self, hidden_size: int):
        super().__init__()
        self._affine = nn.Linear(hidden_size, 1)
        self._loss_function = BinaryCrossEntropyLoss()

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self._affine(x))  #-
        return self._affine(x)  #+

    def compute_loss(self, pred: Tensor, data: dict) -> Tensor:
        return self._loss_function(pred, data["target"], data.get("weight"))


def training_step(backbone, task, data, optimizer, scaler):
    optimizer.zero_grad()
    with torch.autocast(device_type="cuda", dtype=torch.float16):
        prediction = task(backbone(data["x"]))
        loss = task.compute_loss(prediction, data)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
