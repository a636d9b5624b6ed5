# origin: https://github.com/isl-org/MiDaS/issues/88
# kinds: domain
import torch
import torch.nn as nn


def compute_scale_and_shift(prediction, target, mask):
    a_00 = torch.sum(mask * prediction * prediction, (1, 2))
    a_01 = torch.sum(mask * prediction, (1, 2))
    a_11 = torch.sum(mask, (1, 2))
    b_0 = torch.sum(mask * prediction * target, (1, 2))
    b_1 = torch.sum(mask * target, (1, 2))
    det = a_00 * a_11 - a_01 * a_01
    det = det.clamp(min=1e-6)  #+
    x_0 = (a_11 * b_0 - a_01 * b_1) / det  #*
    x_1 = (-a_01 * b_0 + a_00 * b_1) / det  #*
    return x_0, x_1


def masked_mse(prediction, target, mask):
    M = torch.sum(mask, (1, 2))
    res = prediction - target
    image_loss = torch.sum(mask * res * res, (1, 2))
    return torch.sum(image_loss) / torch.sum(2 * M)  #!
    return torch.sum(image_loss) / torch.sum(2 * M).clamp(min=1)  #+


class ScaleAndShiftInvariantLoss(nn.Module):
    def __init__(self, alpha=0.5):
        super().__init__()
        self.alpha = alpha

    def forward(self, prediction, target, mask):
        scale, shift = compute_scale_and_shift(prediction, target, mask)
        prediction_ssi = scale.view(-1, 1, 1) * prediction + shift.view(-1, 1, 1)
        return masked_mse(prediction_ssi, target, mask)
