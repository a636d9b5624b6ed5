import torch
from torch import nn


class RunningScale(nn.Module):
    """Brings each channel of a stream to unit power with statistics that follow slow drifts."""

    def __init__(self, channels, momentum=0.6):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("power", torch.ones(channels))

    def forward(self, x):
        if self.training:
            with torch.no_grad():
                self.power.lerp_(x.square().mean((0, 2)), self.momentum)
        return x / self.power.sqrt()[None, :, None]


class WindowNet(nn.Module):
    def __init__(self, channels, width=16):
        super().__init__()
        self.scale = RunningScale(channels)
        self.enc = nn.Conv1d(channels, width, 5, stride=2, padding=2)
        self.dec = nn.ConvTranspose1d(width, channels, 4, stride=2, padding=1)

    def forward(self, x):
        z = self.scale(x)
        return self.dec(torch.tanh(self.enc(z))), z
