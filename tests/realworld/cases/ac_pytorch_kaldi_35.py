# origin: https://github.com/mravanelli/pytorch-kaldi/issues/35
# kinds: domain domain
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class SincConv(nn.Module):
    """Sinc-based convolution with learnable cut-off frequencies."""

    @staticmethod
    def to_mel(hz):
        return 2595 * np.log10(1 + hz / 700)

    @staticmethod
    def to_hz(mel):
        return 700 * (10 ** (mel / 2595) - 1)

    def __init__(self, out_channels, kernel_size, sample_rate=16000, stride=1, min_low_hz=50, min_band_hz=50):
        super().__init__()
        self.out_channels = out_channels
        self.kernel_size = kernel_size + 1 if kernel_size % 2 == 0 else kernel_size
        self.stride = stride
        self.sample_rate = sample_rate
        self.min_low_hz = min_low_hz
        self.min_band_hz = min_band_hz

        low_hz = 30
        high_hz = self.sample_rate / 2 - (self.min_low_hz + self.min_band_hz)
        mel = np.linspace(self.to_mel(low_hz), self.to_mel(high_hz), self.out_channels + 1)
        hz = self.to_hz(mel) / self.sample_rate
        self.low_hz_ = nn.Parameter(torch.Tensor(hz[:-1]).view(-1, 1))
        self.band_hz_ = nn.Parameter(torch.Tensor(np.diff(hz)).view(-1, 1))

        n = (self.kernel_size - 1) / 2
        self.register_buffer('window_', torch.hamming_window(self.kernel_size, periodic=False))
        self.register_buffer('n_', torch.arange(-n, n + 1).view(1, -1))

    def sinc(self, x):
        sinc = torch.sin(x) / x  #!
        sinc[:, self.kernel_size // 2] = 1.  #-
        return sinc  #-
        x_left = x[:, 0:int((x.shape[1] - 1) / 2)]  #+
        y_left = torch.sin(x_left) / x_left  #+
        y_right = torch.flip(y_left, dims=[1])  #+
        return torch.cat([y_left, torch.ones([x.shape[0], 1]).to(x.device), y_right], dim=1)  #+

    def forward(self, waveforms):
        low = self.min_low_hz / self.sample_rate + torch.abs(self.low_hz_)
        high = low + self.min_band_hz / self.sample_rate + torch.abs(self.band_hz_)

        f_times_t = torch.matmul(low, self.n_)
        low_pass1 = 2 * low * self.sinc(2 * math.pi * f_times_t)
        f_times_t = torch.matmul(high, self.n_)
        low_pass2 = 2 * high * self.sinc(2 * math.pi * f_times_t)

        band_pass = low_pass2 - low_pass1
        max_, _ = torch.max(band_pass, dim=1, keepdim=True)
        band_pass = band_pass / max_
        self.filters = (band_pass * self.window_).view(self.out_channels, 1, self.kernel_size)
        return F.conv1d(waveforms, self.filters, stride=self.stride)
