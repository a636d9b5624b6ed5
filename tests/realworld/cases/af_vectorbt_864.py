# origin: https://github.com/polakowo/vectorbt/pull/864
# kinds: cancellation precision
import numpy as np


def rolling_std_1d_nb(a, window, minp=None, ddof=0):
    """Return rolling standard deviation.

    Equivalent to `pd.Series(a).rolling(window, min_periods=minp).std(ddof=ddof)`."""
    if minp is None:
        minp = window
    if minp > window:
        raise ValueError("minp must be <= window")
    out = np.empty_like(a, dtype=np.float64)
    cumsum_arr = np.zeros_like(a)  #-
    cumsum = 0  #-
    cumsum_sq_arr = np.zeros_like(a)  #-
    cumsum_sq = 0  #-
    nancnt_arr = np.zeros_like(a)
    nancnt = 0
    for i in range(a.shape[0]):
        if np.isnan(a[i]):
            nancnt = nancnt + 1
        else:  #-
            cumsum = cumsum + a[i]  #-
            cumsum_sq = cumsum_sq + a[i] ** 2  #-
        nancnt_arr[i] = nancnt
        cumsum_arr[i] = cumsum  #-
        cumsum_sq_arr[i] = cumsum_sq  #-
        if i < window:
            window_len = i + 1 - nancnt
            window_cumsum = cumsum  #-
            window_cumsum_sq = cumsum_sq  #-
        else:
            window_len = window - (nancnt - nancnt_arr[i - window])
            window_cumsum = cumsum - cumsum_arr[i - window]  #-
            window_cumsum_sq = cumsum_sq - cumsum_sq_arr[i - window]  #!
        if window_len < minp or window_len == ddof:
            out[i] = np.nan
        else:
            mean = window_cumsum / window_len  #-
            out[i] = np.sqrt(np.abs(window_cumsum_sq - 2 * window_cumsum * mean + window_len * mean**2) / (window_len - ddof))  #!
            win = a[max(i + 1 - window, 0) : i + 1]  #+
            win = win[~np.isnan(win)]  #+
            dev = win - win.mean()  #+
            out[i] = np.sqrt(np.sum(dev * dev) / (window_len - ddof))  #+
    return out


def rolling_std_nb(a, window, minp=None, ddof=0):
    """2-dim version of `rolling_std_1d_nb`."""
    out = np.empty_like(a, dtype=np.float64)
    for col in range(a.shape[1]):
        out[:, col] = rolling_std_1d_nb(a[:, col], window, minp=minp, ddof=ddof)
    return out


def bollinger_bands(close, window=20, alpha=2):
    kernel = np.ones(window) / window
    ma = np.column_stack([np.convolve(close[:, c], kernel, mode="full")[: len(close)] for c in range(close.shape[1])])
    std = rolling_std_nb(close, window)
    return ma, ma + alpha * std, ma - alpha * std
