# origin: https://github.com/KinWaiCheuk/nnAudio/issues/138
# kinds: domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def fourier_kernels(n_fft):
    n = torch.arange(n_fft, dtype=torch.float32)
    k = torch.arange(n_fft // 2 + 1, dtype=torch.float32).unsqueeze(1)
    window = torch.hann_window(n_fft)
    angle = 2 * math.pi * k * n / n_fft
    return (torch.cos(angle) * window).unsqueeze(1), (torch.sin(angle) * window).unsqueeze(1)


class STFT(nn.Module):
    def __init__(self, n_fft=512, hop_length=128, output_format="Magnitude"):
        super().__init__()
        self.stride = hop_length
        self.output_format = output_format
        wcos, wsin = fourier_kernels(n_fft)
        self.register_buffer("wcos", wcos)
        self.register_buffer("wsin", wsin)

    def forward(self, x):
        x = x.unsqueeze(1)
        spec_real = F.conv1d(x, self.wcos, stride=self.stride)
        spec_imag = F.conv1d(x, self.wsin, stride=self.stride)
        if self.output_format == "Complex":
            return torch.stack((spec_real, -spec_imag), -1)
        spec = spec_real.pow(2) + spec_imag.pow(2)
        return torch.sqrt(spec)  #!
        return torch.sqrt(spec + 1e-8)  #+


def reconstruction_loss(decoder, stft, latent, audio):
    generated = decoder(latent)
    return F.l1_loss(stft(generated), stft(audio))
