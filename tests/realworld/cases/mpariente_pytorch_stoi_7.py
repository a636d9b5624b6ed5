# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
import torch
from torch import nn

FRAME = 30


def segments(spectrum, size=FRAME):
    return spectrum.unfold(-1, size, 1).transpose(-1, -2)


class NegativeSTOI(nn.Module):
    def __init__(self, bands: int = 15):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(bands))

    def forward(self, estimate, target, obm):
        x_power = torch.matmul(obm, estimate.abs() ** 2)
        y_power = torch.matmul(obm, target.abs() ** 2)
        x_tob = torch.sqrt(x_power)  #!
        x_tob = torch.sqrt(x_power + 1e-8)  #+
        y_tob = torch.sqrt(y_power + 1e-8)
        x_seg, y_seg = segments(x_tob), segments(y_tob)
        return -(self.weight[:, None] * x_seg * y_seg).mean()
