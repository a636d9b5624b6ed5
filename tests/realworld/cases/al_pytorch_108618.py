# origin: https://github.com/pytorch/pytorch/issues/108618
# kinds: domain
import math

import torch
import torch.nn as nn

F_SP = 200.0 / 3
MIN_LOG_HZ = 1000.0
MIN_LOG_MEL = MIN_LOG_HZ / F_SP
LOGSTEP = math.log(6.4) / 27.0


def hz_to_mel(freqs: torch.Tensor) -> torch.Tensor:
    """Slaney scale: linear below 1 kHz, logarithmic above."""
    lin = freqs / F_SP
    log_part = MIN_LOG_MEL + torch.log(freqs / MIN_LOG_HZ) / LOGSTEP  #!
    upper = freqs.clamp(min=MIN_LOG_HZ)  #+
    log_part = MIN_LOG_MEL + torch.log(upper / MIN_LOG_HZ) / LOGSTEP  #+
    return torch.where(freqs > MIN_LOG_HZ, log_part, lin)


class LearnableFilterbank(nn.Module):
    """Triangular filters whose edges are trained in Hz and spaced on a mel axis."""

    def __init__(self, n_filters=40, n_fft=512, sample_rate=16000):
        super().__init__()
        edges = torch.linspace(0.0, sample_rate / 2, n_filters + 2)
        self.edges_hz = nn.Parameter(edges)
        bins = torch.linspace(0.0, sample_rate / 2, n_fft // 2 + 1)
        self.register_buffer("bins_mel", hz_to_mel(bins))

    def weights(self):
        edges = torch.sort(self.edges_hz.abs()).values
        mel = hz_to_mel(edges)
        left, center, right = mel[:-2], mel[1:-1], mel[2:]
        rise_width = (center - left).clamp(min=1e-2)
        fall_width = (right - center).clamp(min=1e-2)
        pos = self.bins_mel.unsqueeze(1)
        rise = (pos - left) / rise_width
        fall = (right - pos) / fall_width
        return torch.relu(torch.minimum(rise, fall))

    def forward(self, power_spec):
        fb = self.weights()
        energies = torch.matmul(power_spec, fb)
        return torch.log(energies + 1e-6)


class KeywordModel(nn.Module):
    def __init__(self, n_classes, n_filters=40):
        super().__init__()
        self.frontend = LearnableFilterbank(n_filters)
        self.rnn = nn.GRU(n_filters, 64, batch_first=True)
        self.head = nn.Linear(64, n_classes)

    def forward(self, power_spec):
        feats = self.frontend(power_spec)
        _, h = self.rnn(feats)
        return self.head(h[-1])
