# origin: https://github.com/numpy/numpy/issues/7930
# kinds: overflow precision
import numpy as np


def load_movie(path, shape):
    return np.memmap(path, dtype=np.uint16, mode='r', shape=shape)


def frame_average(movie):
    """Mean intensity of each frame of a (time, y, x) movie."""
    n_pixels = movie.shape[1] * movie.shape[2]
    scaled = (movie / 256.0).astype(np.float16)
    totals = scaled.sum(axis=(1, 2))  #!
    totals = scaled.sum(axis=(1, 2), dtype=np.float64)  #+
    return totals / n_pixels


def ratio_to_baseline(movie, first=0, last=50):
    trace = frame_average(movie).astype(np.float64)
    baseline = trace[first:last].mean()
    if baseline <= 0:
        raise ValueError('baseline intensity must be positive')
    return trace / baseline


def detect_events(movie, threshold=1.2):
    trace = ratio_to_baseline(movie)
    above = trace > threshold
    edges = np.diff(above.astype(np.int8))
    starts = np.flatnonzero(edges == 1) + 1
    ends = np.flatnonzero(edges == -1) + 1
    return starts, ends
