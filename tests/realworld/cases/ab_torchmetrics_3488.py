# origin: https://github.com/Lightning-AI/torchmetrics/issues/3488
# kinds: overflow
import math  #+

import torch
from torch import Tensor


def _unsqueeze_tensors(preds: Tensor, target: Tensor):
    if preds.ndim == 2:
        return preds, target
    return preds.unsqueeze(1), target.unsqueeze(1)


def _log_cosh_error_update(preds: Tensor, target: Tensor, num_outputs: int):
    """Update and returns variables required to compute LogCosh error."""
    if preds.shape != target.shape:
        raise RuntimeError("Predictions and targets are expected to have the same shape")

    preds, target = _unsqueeze_tensors(preds, target)
    diff = preds - target
    sum_log_cosh_error = torch.log((torch.exp(diff) + torch.exp(-diff)) / 2).sum(0).squeeze()  #!
    sum_log_cosh_error = (torch.logaddexp(diff, -diff) - math.log(2.0)).sum(0).squeeze()  #+
    num_obs = torch.tensor(target.shape[0], device=preds.device)
    return sum_log_cosh_error, num_obs


class LogCoshError:
    """Compute the LogCosh error of a regression or forecasting model."""

    def __init__(self, num_outputs: int = 1):
        if not isinstance(num_outputs, int) or num_outputs < 1:
            raise ValueError("Expected `num_outputs` to be a positive int")
        self.num_outputs = num_outputs
        self.reset()

    def reset(self):
        self.sum_log_cosh_error = torch.zeros(self.num_outputs)
        self.total = torch.tensor(0)

    def update(self, preds: Tensor, target: Tensor) -> None:
        sum_log_cosh_error, num_obs = _log_cosh_error_update(preds, target, self.num_outputs)
        self.sum_log_cosh_error += sum_log_cosh_error
        self.total += num_obs

    def compute(self) -> Tensor:
        return (self.sum_log_cosh_error / self.total.clamp(min=1)).squeeze()


def validate(model, loader):
    metric = LogCoshError()
    with torch.no_grad():
        for x, y in loader:
            metric.update(model(x).squeeze(-1), y)
    return metric.compute()
