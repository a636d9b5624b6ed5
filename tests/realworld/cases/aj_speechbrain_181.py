# origin: https://github.com/speechbrain/speechbrain/issues/181
# kinds: domain
import torch
from torch import nn


class CompressedSpectralLoss(nn.Module):
    """Power-law compressed spectral distance for source separation.

    Combines a magnitude term and a phase-aware term, as is usual for
    speech enhancement and music demixing networks.
    """

    def __init__(self, n_fft=1024, hop=256, compress=0.3, complex_weight=0.3):
        super().__init__()
        self.n_fft = n_fft
        self.hop = hop
        self.compress = compress
        self.complex_weight = complex_weight
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def stft(self, wav):
        wav = wav.reshape(-1, wav.shape[-1])
        return torch.stft(wav, self.n_fft, self.hop, window=self.window, return_complex=True)

    def compressed(self, wav):
        spec = torch.view_as_real(self.stft(wav))
        power = spec.pow(2).sum(-1)
        mag = power.pow(0.5 * self.compress)  #!
        power = power + 1e-10  #+
        mag = power.pow(0.5 * self.compress)  #+
        phase = torch.atan2(spec[..., 1], spec[..., 0]).detach()
        return mag, torch.stack([mag * phase.cos(), mag * phase.sin()], dim=-1)

    def forward(self, estimate, reference):
        mag_e, comp_e = self.compressed(estimate)
        mag_r, comp_r = self.compressed(reference)
        magnitude = (mag_e - mag_r).square().mean()
        complex_ = (comp_e - comp_r).square().mean()
        return (1 - self.complex_weight) * magnitude + self.complex_weight * complex_


class MaskSeparator(nn.Module):
    def __init__(self, channels=64, stems=4):
        super().__init__()
        self.encode = nn.Conv1d(1, channels, 16, stride=8, bias=False)
        self.mask = nn.Sequential(
            nn.Conv1d(channels, channels, 9, padding=4),
            nn.ReLU(),
            nn.Conv1d(channels, stems * channels, 1),
            nn.ReLU(),
        )
        self.decode = nn.ConvTranspose1d(channels, 1, 16, stride=8, bias=False)
        self.stems = stems

    def forward(self, mix):
        h = self.encode(mix.unsqueeze(1))
        masks = self.mask(h).unflatten(1, (self.stems, -1))
        out = self.decode((masks * h.unsqueeze(1)).flatten(0, 1))
        return out.view(mix.shape[0], self.stems, -1)
