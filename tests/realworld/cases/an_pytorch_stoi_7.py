# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
import numpy as np
import torch
from torch import nn
from torch.nn.functional import unfold

EPS = 1e-8
FS = 10000
N_FRAME = 256
NFFT = 512
NUMBAND = 15
MINFREQ = 150
N = 30
BETA = -15.
DYN_RANGE = 40


def thirdoct(fs, nfft, num_bands, min_freq):
    f = np.linspace(0, fs, nfft + 1)[:nfft // 2 + 1]
    k = np.arange(num_bands).astype(float)
    freq_low = min_freq * np.power(2., (2 * k - 1) / 6)
    freq_high = min_freq * np.power(2., (2 * k + 1) / 6)
    obm = np.zeros((num_bands, len(f)))
    for i in range(num_bands):
        lo = np.argmin(np.square(f - freq_low[i]))
        hi = np.argmin(np.square(f - freq_high[i]))
        obm[i, lo:hi] = 1
    return obm


class NegSTOILoss(nn.Module):
    """Negated Short Term Objective Intelligibility metric, to be used as a loss."""

    def __init__(self):
        super().__init__()
        self.register_buffer('win', torch.hann_window(N_FRAME + 2)[1:-1])
        obm = thirdoct(FS, NFFT, NUMBAND, MINFREQ)
        self.OBM = nn.Parameter(torch.from_numpy(obm).float(), requires_grad=False)
        self.clip_value = 10 ** (-BETA / 20)

    def band_envelopes(self, wav):
        frames = wav.unfold(-1, N_FRAME, N_FRAME // 2) * self.win
        spec = torch.fft.rfft(frames, n=NFFT).transpose(1, 2)
        power = spec.real ** 2 + spec.imag ** 2
        return torch.sqrt(torch.matmul(self.OBM, power) + EPS)

    def segments(self, tob):
        batch = tob.shape[0]
        segs = unfold(tob.unsqueeze(1), kernel_size=(NUMBAND, N))
        return segs.view(batch, NUMBAND, N, -1)

    def active_frames(self, wav):
        frames = wav.unfold(-1, N_FRAME, N_FRAME // 2) * self.win
        level = 10 * torch.log10(frames.pow(2).sum(-1) + EPS)
        return level > level.max(-1, keepdim=True).values - DYN_RANGE

    @staticmethod
    def center(seg, mask):
        mean = (seg * mask).sum(2, keepdim=True) / mask.sum(2, keepdim=True).clamp(min=1)
        return (seg - mean) * mask

    def correlation(self, x_seg, y_seg, mask):
        x_seg = self.center(x_seg, mask)
        y_seg = self.center(y_seg, mask)
        x_seg = x_seg / (torch.sqrt(torch.sum(x_seg ** 2, 2, keepdim=True)) + EPS)  #!
        y_seg = y_seg / (torch.sqrt(torch.sum(y_seg ** 2, 2, keepdim=True)) + EPS)  #!
        x_seg = x_seg / torch.sqrt(torch.sum(x_seg ** 2, 2, keepdim=True) + EPS)  #+
        y_seg = y_seg / torch.sqrt(torch.sum(y_seg ** 2, 2, keepdim=True) + EPS)  #+
        return (x_seg * y_seg).sum(2)

    def forward(self, est_targets, targets):
        active = self.active_frames(targets).float()
        mask = self.segments(active.unsqueeze(1).expand(-1, NUMBAND, -1))
        x_seg = self.segments(self.band_envelopes(targets))
        y_seg = self.segments(self.band_envelopes(est_targets))
        x_energy, y_energy = (seg.pow(2).sum(2, keepdim=True) for seg in (x_seg, y_seg))
        y_scaled = y_seg * torch.sqrt((x_energy + EPS) / (y_energy + EPS))
        y_primes = torch.min(y_scaled, x_seg * (1 + self.clip_value))
        return -self.correlation(x_seg, y_primes, mask).mean(dim=(1, 2))
