# origin: https://github.com/crlandsc/torch-log-wmse/issues/2
# kinds: domain
import torch
from torch import Tensor, nn

ERROR_TOLERANCE_THRESHOLD = 1e-7
SCALER = 4.0
EPS = 1e-8


def calculate_rms(samples: Tensor) -> Tensor:
    return torch.sqrt(torch.mean(samples ** 2, dim=-1))


class LogWMSE(nn.Module):
    """Log of the scaled mean squared error between separated and target audio stems."""

    def __init__(self, return_as_loss: bool = True):
        super().__init__()
        self.return_as_loss = return_as_loss

    def forward(self, unprocessed_audio: Tensor, processed_audio: Tensor, target_audio: Tensor) -> Tensor:
        input_rms = calculate_rms(unprocessed_audio)  # batch, channel
        if torch.all(input_rms == 0):  #-
            input_rms = input_rms + EPS  #-
        input_rms = input_rms.clamp(min=EPS)  #+
        scaling_factor = 1 / input_rms[..., None, None]  #*

        values = self._calculate_log_wmse(processed_audio, target_audio, scaling_factor)
        score = values.mean()
        return -score if self.return_as_loss else score

    def _calculate_log_wmse(self, processed_audio, target_audio, scaling_factor):
        differences = (processed_audio - target_audio) * scaling_factor
        differences = torch.where(
            differences.abs() < ERROR_TOLERANCE_THRESHOLD, torch.zeros_like(differences), differences
        )
        mse = torch.mean(differences ** 2, dim=-1)
        return torch.log(mse + EPS) * -SCALER


def validation_step(model, loss_fn, batch):
    mixture, stems = batch
    separated = model(mixture)
    return loss_fn(mixture, separated, stems)
