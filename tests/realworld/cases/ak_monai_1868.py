# origin: https://github.com/Project-MONAI/MONAI/issues/1868
# kinds: cancellation domain
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def sliding_stats(series, m):
    """Mean and standard deviation of every window of length m."""
    s = np.concatenate([[0.0], np.cumsum(series)]).astype(series.dtype)  #-
    s2 = np.concatenate([[0.0], np.cumsum(series * series)]).astype(series.dtype)  #-
    mean = (s[m:] - s[:-m]) / m  #-
    std = np.sqrt((s2[m:] - s2[:-m]) / m - mean * mean)  #!
    windows = sliding_window_view(series.astype(np.float64), m)  #+
    mean = windows.mean(axis=-1)  #+
    std = np.sqrt(((windows - mean[:, None]) ** 2).mean(axis=-1))  #+
    return mean, std


def distance_profile(query, series, min_std=1e-4):
    m = len(query)
    q = (query - query.mean()) / max(query.std(), min_std)
    mean, std = sliding_stats(series, m)
    dots = sliding_window_view(series, m) @ q
    flat = std < min_std
    corr = dots / (m * np.where(flat, 1.0, std))
    corr = np.where(flat, 0.0, np.clip(corr, -1.0, 1.0))
    return np.sqrt(2.0 * m * (1.0 - corr))


def best_matches(query, series, k=5, exclusion=0.5):
    profile = distance_profile(query, series)
    zone = max(1, int(exclusion * len(query)))
    hits = []
    for _ in range(k):
        i = int(np.argmin(profile))
        if not np.isfinite(profile[i]):
            break
        hits.append((i, float(profile[i])))
        profile[max(0, i - zone) : i + zone] = np.inf
    return hits


def scan(sensors, query, k=3):
    query = np.asarray(query, dtype=np.float32)
    found = {}
    for name, values in sensors.items():
        found[name] = best_matches(query, np.asarray(values, dtype=np.float32), k)
    return found
