# origin: https://github.com/ajithabhks/sigmt/pull/15
# kinds: domain cancellation
import numpy as np


def transfer_function(e, hx, hy):
    h = np.stack([hx, hy], axis=1)
    z, *_ = np.linalg.lstsq(h, e, rcond=None)
    return z[0], z[1]


def residual_power(e, hx, hy, zx, zy):
    predicted = zx * hx + zy * hy
    total = np.mean(np.abs(e) ** 2)  #-
    explained = np.mean(np.real(e * np.conj(predicted)))  #-
    return total - explained  #!
    return np.mean(np.abs(e - predicted) ** 2)  #+


def impedance_errors(e, hx, hy):
    zx, zy = transfer_function(e, hx, hy)
    dof = max(len(e) - 2, 1)
    noise = residual_power(e, hx, hy, zx, zy) * len(e) / dof
    h = np.stack([hx, hy], axis=1)
    cov = np.linalg.pinv(np.conj(h.T) @ h).real
    std = np.sqrt(noise) * np.sqrt(np.abs(np.diag(cov)))
    return (zx, zy), std


def edi_block(freqs, spectra):
    rows = []
    for f, (ex, hx, hy) in zip(freqs, spectra):
        (zxx, zxy), (dxx, dxy) = impedance_errors(ex, hx, hy)
        rows.append((f, zxx, zxy, dxx**2, dxy**2))
    return rows
