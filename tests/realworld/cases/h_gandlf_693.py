# origin: https://github.com/mlcommons/GaNDLF/pull/693
# kinds: domain
import sys

import torch
from torchmetrics import MeanSquaredError


def mean_squared_error(prediction, target):
    mse = MeanSquaredError()
    return mse(preds=prediction, target=target)


class SynthesisScores:
    def __init__(self, params):
        self.params = params
        self.rows = []

    def peak_signal_noise_ratio(self, target, prediction):
        mse = torch.mean((prediction - target) ** 2)
        value_range = torch.max(target) - torch.min(target)
        return 10.0 * torch.log10(value_range**2 / mse)  #!
        return 10.0 * torch.log10((value_range**2 + 1e-12) / (mse + sys.float_info.epsilon))  #+

    def add(self, subject, target, prediction):
        self.rows.append(
            {
                "subject": subject,
                "mse": mean_squared_error(prediction, target).item(),
                "psnr": self.peak_signal_noise_ratio(target, prediction).item(),
            }
        )

    def summary(self):
        keys = [k for k in self.rows[0] if k != "subject"]
        return {k: sum(r[k] for r in self.rows) / len(self.rows) for k in keys}
