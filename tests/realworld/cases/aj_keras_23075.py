# origin: https://github.com/keras-team/keras/issues/23075
# kinds: domain
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class FrameLeveler(nn.Module):
    """Brings each analysis frame to unit power, boosting by at most ``max_gain_db``."""

    def __init__(self, frame_length=400, hop=160, max_gain_db=60.0):
        super().__init__()
        self.frame_length = frame_length
        self.hop = hop
        self.max_gain = 10.0 ** (max_gain_db / 20.0)
        self.register_buffer("window", torch.hann_window(frame_length))

    def frames(self, wav):
        pad = self.frame_length // 2
        wav = F.pad(wav, (pad, pad))
        return wav.unfold(-1, self.frame_length, self.hop) * self.window

    def forward(self, wav):
        frames = self.frames(wav)
        power = frames.square().mean(dim=-1, keepdim=True)
        gain = torch.clamp(power.rsqrt(), max=self.max_gain)  #!
        gain = torch.clamp(power, min=self.max_gain ** -2).rsqrt()  #+
        return frames * gain


class LeveledSpectrum(nn.Module):
    def __init__(self, n_fft=512, **kwargs):
        super().__init__()
        self.leveler = FrameLeveler(**kwargs)
        self.n_fft = n_fft

    def forward(self, wav):
        frames = self.leveler(wav)
        spec = torch.fft.rfft(frames, n=self.n_fft)
        mag2 = spec.real.square() + spec.imag.square()
        return torch.log10(mag2 + 1e-5)


class EnhancementLoss(nn.Module):
    """L1 between levelled log spectra, used next to the time-domain loss."""

    def __init__(self, weight=0.5):
        super().__init__()
        self.spectrum = LeveledSpectrum()
        self.weight = weight

    def forward(self, estimate, reference):
        time_term = F.l1_loss(estimate, reference)
        spec_term = F.l1_loss(self.spectrum(estimate), self.spectrum(reference))
        return time_term + self.weight * spec_term / math.log(10.0)
