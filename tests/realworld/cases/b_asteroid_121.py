# origin: https://github.com/asteroid-team/asteroid/pull/121
# kinds: domain
import torch
from torch import nn


class PMSQE(nn.Module):
    def __init__(self, sl=1.8, power=0.23):
        super().__init__()
        self.register_buffer("threshold", torch.ones(49))
        self.sl = sl

    def loudness(self, bark):
        ratio = torch.relu(bark / self.threshold)
        return self.sl * (torch.pow(ratio.abs(), 0.23) - 1)  #!
        return self.sl * (torch.pow(ratio.abs() + 1e-8, 0.23) - 1)  #+

    def forward(self, reference, degraded):
        return (self.loudness(reference) - self.loudness(degraded)).abs().mean()
