# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
import numpy as np
import torch
from torch import nn

FS = 10000
N_FRAME = 256
NFFT = 512
NUMBAND = 15
MINFREQ = 150
N = 30
BETA = -15.0
EPS = 1e-8


def thirdoct(fs, nfft, num_bands, min_freq):
    f = np.linspace(0, fs, nfft + 1)[: nfft // 2 + 1]
    k = np.arange(num_bands, dtype=float)
    low = min_freq * 2.0 ** ((2 * k - 1) / 6)
    high = min_freq * 2.0 ** ((2 * k + 1) / 6)
    obm = np.zeros((num_bands, len(f)), dtype=np.float32)
    for i in range(num_bands):
        lo = int(np.argmin((f - low[i]) ** 2))
        hi = int(np.argmin((f - high[i]) ** 2))
        obm[i, lo:hi] = 1.0
    return torch.from_numpy(obm)


class NegSTOILoss(nn.Module):
    """Negated Short Term Objective Intelligibility, to be used as a loss."""

    def __init__(self):
        super().__init__()
        self.register_buffer('win', torch.hann_window(N_FRAME, periodic=False))
        self.register_buffer('OBM', thirdoct(FS, NFFT, NUMBAND, MINFREQ))

    def spec(self, wav):
        z = torch.stft(wav, NFFT, hop_length=N_FRAME // 2, win_length=N_FRAME,
                       window=self.win, return_complex=True, center=False)
        return z.real ** 2 + z.imag ** 2

    def bands(self, wav):
        power = torch.matmul(self.OBM, self.spec(wav))
        tob = torch.sqrt(power)  #!
        tob = torch.sqrt(power + EPS)  #+
        return tob.unfold(2, N, 1).permute(0, 2, 1, 3)

    def forward(self, est, target):
        x_seg, y_seg = self.bands(target), self.bands(est)
        norm_const = x_seg.norm(dim=3, keepdim=True) / (y_seg.norm(dim=3, keepdim=True) + EPS)
        clip_value = 10 ** (-BETA / 20)
        y_prim = torch.min(y_seg * norm_const, x_seg * (1 + clip_value))
        y_prim = y_prim - y_prim.mean(dim=3, keepdim=True)
        x_seg = x_seg - x_seg.mean(dim=3, keepdim=True)
        y_prim = y_prim / (y_prim.norm(dim=3, keepdim=True) + EPS)
        x_seg = x_seg / (x_seg.norm(dim=3, keepdim=True) + EPS)
        corr = (y_prim * x_seg).sum(dim=3)
        return -corr.mean(dim=(1, 2))
