# origin: https://github.com/pytorch/audio/pull/1013
# kinds: domain
import torch
import torch.nn as nn


def spectrogram(waveform, window, n_fft, hop_length, power, normalized):
    shape = waveform.size()
    waveform = waveform.reshape(-1, shape[-1])
    spec_f = torch.stft(
        waveform, n_fft, hop_length, n_fft, window, True, "reflect", False, True,
        return_complex=True,
    )
    spec_f = torch.view_as_real(spec_f)
    spec_f = spec_f.reshape(shape[:-1] + spec_f.shape[-3:])
    if normalized:
        spec_f = spec_f / window.pow(2.0).sum().sqrt()
    if power == 1.0:
        return spec_f.pow(2.0).sum(-1).pow(0.5)  #!
        return torch.view_as_complex(spec_f.contiguous()).abs()  #+
    if power == 2.0:
        return spec_f.pow(2.0).sum(-1)
    raise ValueError("power must be 1 or 2")


class Spectrogram(nn.Module):
    def __init__(self, n_fft=400, hop_length=None, power=1.0, normalized=False):
        super().__init__()
        self.n_fft = n_fft
        self.hop_length = hop_length or n_fft // 2
        self.power = power
        self.normalized = normalized
        self.register_buffer("window", torch.hann_window(n_fft))

    def forward(self, waveform):
        return spectrogram(
            waveform, self.window, self.n_fft, self.hop_length, self.power, self.normalized
        )


def spectral_l1(generator, noise, clean, transform):
    fake = generator(noise)
    return (transform(fake) - transform(clean)).abs().mean()
