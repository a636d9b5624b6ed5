# origin: https://github.com/kornia/kornia/issues/868
# kinds: domain explosion
import torch
import torch.nn as nn


def rgb_to_linear(image):
    return torch.where(image > 0.04045, ((image.clamp(min=0) + 0.055) / 1.055) ** 2.4, image / 12.92)


def linear_to_xyz(image):
    r, g, b = image.unbind(dim=-3)
    x = 0.412453 * r + 0.357580 * g + 0.180423 * b
    y = 0.212671 * r + 0.715160 * g + 0.072169 * b
    z = 0.019334 * r + 0.119193 * g + 0.950227 * b
    return torch.stack([x, y, z], dim=-3)


def rgb_to_lab(image):
    white = torch.tensor([0.95047, 1.0, 1.08883], device=image.device, dtype=image.dtype)
    xyz = linear_to_xyz(rgb_to_linear(image)) / white[:, None, None]

    threshold = 0.008856
    power = torch.pow(xyz, 1 / 3.0)  #!
    power = torch.pow(xyz.clamp(min=threshold), 1 / 3.0)  #+
    scale = 7.787 * xyz + 4.0 / 29.0
    xyz_f = torch.where(xyz > threshold, power, scale)  #*

    x, y, z = xyz_f.unbind(dim=-3)
    lightness = 116.0 * y - 16.0
    return torch.stack([lightness, 500.0 * (x - y), 200.0 * (y - z)], dim=-3)


class LabColorLoss(nn.Module):
    def __init__(self, ab_weight=2.0):
        super().__init__()
        self.ab_weight = ab_weight

    def forward(self, pred, target):
        diff = (rgb_to_lab(pred) - rgb_to_lab(target)).abs()
        return diff[..., 0, :, :].mean() + self.ab_weight * diff[..., 1:, :, :].mean()
