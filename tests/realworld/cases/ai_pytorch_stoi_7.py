# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
import numpy as np
import torch
from torch import nn
from torch.nn.functional import unfold

FS = 10000
N_FRAME = 256
NFFT = 512
NUMBAND = 15
MINFREQ = 150
N = 30
BETA = -15.0
EPS = 1e-8


def thirdoct(fs, nfft, num_bands, min_freq):
    """Returns the 1/3 octave band matrix and its center frequencies."""
    f = np.linspace(0, fs, nfft + 1)[: nfft // 2 + 1]
    k = np.arange(num_bands)
    freq_low = min_freq * 2.0 ** ((2 * k - 1) / 6)
    freq_high = min_freq * 2.0 ** ((2 * k + 1) / 6)
    obm = np.zeros((num_bands, len(f)))
    for i in range(num_bands):
        lo = np.argmin(np.square(f - freq_low[i]))
        hi = np.argmin(np.square(f - freq_high[i]))
        obm[i, lo:hi] = 1
    return obm


class NegSTOILoss(nn.Module):
    """Negated Short Term Objective Intelligibility, to be used as a loss."""

    def __init__(self, extended=False):
        super().__init__()
        self.extended = extended
        win = torch.from_numpy(np.hanning(N_FRAME + 2)[1:-1]).float()
        self.win = nn.Parameter(win, requires_grad=False)
        OBM = torch.from_numpy(thirdoct(FS, NFFT, NUMBAND, MINFREQ)).float()
        self.OBM = nn.Parameter(OBM, requires_grad=False)

    def forward(self, est_targets, targets):
        x_spec = self.stft(targets)
        y_spec = self.stft(est_targets)
        x_tob = torch.matmul(self.OBM, x_spec.real ** 2 + x_spec.imag ** 2).pow(0.5)  #!
        y_tob = torch.matmul(self.OBM, y_spec.real ** 2 + y_spec.imag ** 2).pow(0.5)  #!
        x_tob = (torch.matmul(self.OBM, x_spec.real ** 2 + x_spec.imag ** 2) + EPS).pow(0.5)  #+
        y_tob = (torch.matmul(self.OBM, y_spec.real ** 2 + y_spec.imag ** 2) + EPS).pow(0.5)  #+

        batch = targets.shape[0]
        x_seg = unfold(x_tob.unsqueeze(1), kernel_size=(NUMBAND, N))
        y_seg = unfold(y_tob.unsqueeze(1), kernel_size=(NUMBAND, N))
        x_seg = x_seg.view(batch, NUMBAND, N, -1)
        y_seg = y_seg.view(batch, NUMBAND, N, -1)

        scale = x_seg.norm(dim=2, keepdim=True) / (y_seg.norm(dim=2, keepdim=True) + EPS)
        clip = 10 ** (-BETA / 20)
        y_prim = torch.min(y_seg * scale, x_seg * (1 + clip))
        y_prim = self.row_normalize(y_prim)
        x_prim = self.row_normalize(x_seg)
        corr = (x_prim * y_prim).sum(dim=2)
        return -corr.mean(dim=(1, 2))

    @staticmethod
    def row_normalize(seg):
        seg = seg - seg.mean(dim=2, keepdim=True)
        return seg / (seg.norm(dim=2, keepdim=True) + EPS)

    def stft(self, x):
        return torch.stft(x, NFFT, N_FRAME // 2, N_FRAME, self.win, center=False, return_complex=True)
