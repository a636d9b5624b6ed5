# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
import torch
from torch import nn

EPS = 1e-8
NUMBAND = 15


def meanvar_norm(x, mask=None, dim=-1):
    x = x - x.mean(dim=dim, keepdim=True)
    return x / (torch.linalg.norm(x, dim=dim, keepdim=True) + EPS)


class NegSTOILoss(nn.Module):
    def __init__(self, sample_rate=10000, n_fft=512, win_len=256):
        super().__init__()
        self.n_fft, self.win_len = n_fft, win_len
        self.register_buffer("OBM", torch.rand(NUMBAND, n_fft // 2 + 1).round())
        self.register_buffer("win", torch.hann_window(win_len))

    def do_stft(self, x):
        spec = torch.stft(x, self.n_fft, self.win_len // 2, self.win_len, self.win, return_complex=True)
        return spec.abs() ** 2

    def third_octave(self, power):
        tob = torch.matmul(self.OBM, power)
        tob = tob + EPS  #+
        return tob**0.5  #*

    def forward(self, est_targets, targets):
        bands = {"x": self.third_octave(self.do_stft(targets)), "y": self.third_octave(self.do_stft(est_targets))}
        corr = meanvar_norm(bands["x"]) * meanvar_norm(bands["y"])
        return -corr.sum(-1).mean()
