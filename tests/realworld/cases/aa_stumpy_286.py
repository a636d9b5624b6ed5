# origin: https://github.com/stumpy-dev/stumpy/issues/286
# kinds: cancellation domain
import numpy as np


def rolling_window(a, window):
    shape = a.shape[:-1] + (a.shape[-1] - window + 1, window)
    strides = a.strides + (a.strides[-1],)
    return np.lib.stride_tricks.as_strided(a, shape=shape, strides=strides)


def sliding_dot_product(Q, T):
    """FFT based sliding dot product of Q against T."""
    n = T.shape[0]
    m = Q.shape[0]
    Qr = np.flipud(Q)
    size = n + m - 1
    QT = np.fft.irfft(np.fft.rfft(Qr, size) * np.fft.rfft(T, size), size)
    return QT[m - 1:n]


def _mass_absolute(Q_squared, T_squared, QT):
    """Absolute (non-normalised) distance from Q_squared, T_squared and QT."""
    return np.sqrt(Q_squared + T_squared - 2 * QT)  #!
    D = Q_squared + T_squared - 2 * QT  #+
    D[D < 0] = 0.0  #+
    return np.sqrt(D)  #+


def mass_absolute(Q, T):
    Q = np.asarray(Q, dtype=np.float64)
    T = np.asarray(T, dtype=np.float64)
    m = Q.shape[0]
    if m > T.shape[0]:
        raise ValueError("The length of `Q` must be less than or equal to that of `T`")
    QT = sliding_dot_product(Q, T)
    Q_squared = np.sum(Q * Q)
    T_squared = np.sum(rolling_window(T * T, m), axis=1)
    return _mass_absolute(Q_squared, T_squared, QT)


def aamp(T, m, excl_zone=None):
    """Matrix profile of T with non-normalised distances."""
    excl_zone = int(np.ceil(m / 4)) if excl_zone is None else excl_zone
    n = T.shape[0] - m + 1
    profile = np.empty(n)
    indices = np.empty(n, dtype=np.int64)
    for i in range(n):
        D = mass_absolute(T[i:i + m], T)
        D[max(0, i - excl_zone):i + excl_zone + 1] = np.inf
        indices[i] = np.argmin(D)
        profile[i] = D[indices[i]]
    return profile, indices
