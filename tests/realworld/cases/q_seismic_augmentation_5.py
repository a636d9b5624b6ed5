# origin: https://github.com/crimeacs/seismic-augmentation/pull/5
# kinds: domain
import random

import torch


class BaseAugmentation:
    def __init__(self, p: float = 1.0):
        assert 0 <= p <= 1.0
        self.p = p

    def __call__(self, data: torch.Tensor, sample_rate: int = 100) -> torch.Tensor:
        if random.random() > self.p:
            return data
        return self.apply_transform(data, sample_rate)

    def apply_transform(self, data, sample_rate):
        raise NotImplementedError()


class Taper(BaseAugmentation):
    def __init__(self, max_percentage: float = 0.05, p: float = 1.0):
        super().__init__(p)
        self.max_percentage = max_percentage

    def apply_transform(self, data, sample_rate):
        npts = data.size(-1)
        wlen = int(self.max_percentage * npts)
        window = torch.hann_window(2 * wlen + 1, periodic=False)
        taper = torch.ones(npts)
        taper[:wlen] = window[:wlen]
        taper[npts - wlen:] = window[wlen + 1:]
        return data * taper


class Normalize(BaseAugmentation):
    def apply_transform(self, data, sample_rate):
        peak = data.abs().max()
        return data / peak  #!
        return data / torch.where(peak > 0, peak, torch.ones_like(peak))  #+


class Compose:
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, waveform, sample_rate=100):
        for t in self.transforms:
            waveform = t(waveform, sample_rate)
        return waveform


def training_pipeline():
    return Compose([Taper(0.05), Normalize()])
