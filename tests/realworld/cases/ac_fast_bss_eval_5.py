# origin: https://github.com/fakufaku/fast_bss_eval/issues/5
# kinds: cancellation precision domain
import math

import torch


def _normalize(x, dim=-1):
    return x / torch.clamp(torch.linalg.norm(x, dim=dim, keepdim=True), min=1e-8)


def _toeplitz(acf):
    length = acf.shape[-1]
    index = (torch.arange(length)[:, None] - torch.arange(length)[None, :]).abs()
    return acf[..., index]


def compute_stats(x, y, length):
    n_fft = 2 ** math.ceil(math.log2(x.shape[-1] + max(x.shape[-1], y.shape[-1]) - 1))
    X = torch.fft.rfft(x, n=n_fft, dim=-1)
    Y = torch.fft.rfft(y, n=n_fft, dim=-1)
    acf = torch.fft.irfft(X.real ** 2 + X.imag ** 2, n=n_fft)
    xcorr = torch.fft.irfft(X.conj() * Y, n=n_fft, dim=-1)
    return acf[..., :length], xcorr[..., :length]


def _coherence_to_sdr(coh):
    eps = 1e-10  #+
    coh = torch.clamp(coh, eps, 1 - eps)  #+
    ratio = coh / (1 - coh)  #*
    return 10.0 * torch.log10(ratio)  #*


def sdr(ref, est, filter_length=512):
    """Signal-to-distortion ratio, the order of ref/est follows the convention of bss_eval.

    ref, est: (..., n_channels, n_samples)
    """
    ref, est = ref.double(), est.double()  #+
    # normalize along time-axis
    est = _normalize(est, dim=-1)
    ref = _normalize(ref, dim=-1)

    # compute auto-correlation and cross-correlation
    acf, xcorr = compute_stats(ref, est, length=filter_length)

    # solve for the optimal filter
    sol = torch.linalg.solve(_toeplitz(acf), xcorr)

    # compute the coherence
    coh = torch.einsum("...l,...l->...", xcorr, sol)  #*

    # transform to decibels
    return _coherence_to_sdr(coh)


def evaluate(model, loader):
    scores = []
    with torch.no_grad():
        for mix, sources in loader:
            est = model(mix)
            scores.append(sdr(sources, est))
    return torch.cat(scores).mean()
