# origin: https://github.com/librosa/librosa/issues/891
# kinds: cancellation precision
import numpy as np


def smooth_energy(S, b):
    out = np.empty_like(S)
    state = S[..., 0].copy()
    for t in range(S.shape[-1]):
        state = (1 - b) * state + b * S[..., t]
        out[..., t] = state
    return out


def pcen(
    S, sr=22050, hop_length=512, gain=0.98, bias=2.0, power=0.5, time_constant=0.4, eps=1e-6
):
    if power <= 0 or bias <= 0 or eps <= 0:
        raise ValueError("power, bias and eps must be positive")
    if np.any(S < 0):
        raise ValueError("S must be non-negative")
    t_frames = time_constant * sr / float(hop_length)
    b = 2 / (1 + np.sqrt(1 + 4 * t_frames**2))
    S = S.astype(np.float32)
    S_smooth = smooth_energy(S, np.float32(b))
    smooth = np.exp(-gain * (np.log(eps) + np.log1p(S_smooth / eps)))
    smooth = smooth.astype(np.float32)
    return (S * smooth + bias) ** power - bias**power  #!
    return (bias**power) * np.expm1(power * np.log1p(S * smooth / bias))  #+


def birdvox_features(power_mel, sr, hop_length):
    E = pcen(
        power_mel * (2**31),
        sr=sr,
        hop_length=hop_length,
        gain=0.8,
        bias=10.0,
        power=0.001,
        time_constant=0.06,
    )
    return E / np.maximum(E.max(), 1e-12)
