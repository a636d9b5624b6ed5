# origin: https://github.com/scikit-image/scikit-image/pull/3008
# kinds: cancellation domain
import numpy as np


def integral_image(image):
    return image.cumsum(axis=0).cumsum(axis=1)


def box_sum(integral, w):
    return integral[w:, w:] - integral[:-w, w:] - integral[w:, :-w] + integral[:-w, :-w]


def mean_std(image, w):
    """Mean and standard deviation in a w x w neighbourhood of every pixel."""
    if w % 2 == 0:
        raise ValueError("window size must be odd, got %s" % w)
    pad = w // 2 + 1
    padded = np.pad(image.astype(float), ((pad, pad - 1), (pad, pad - 1)), mode="reflect")
    n = w * w
    m = box_sum(integral_image(padded), w) / n
    g2 = box_sum(integral_image(padded * padded), w) / n  #-
    s = np.sqrt(g2 - m * m)  #!
    s = np.lib.stride_tricks.sliding_window_view(padded[1:, 1:], (w, w)).std(axis=(-2, -1))  #+
    return m, s


def threshold_niblack(image, window_size=15, k=0.2):
    m, s = mean_std(image, window_size)
    return m - k * s


def threshold_sauvola(image, window_size=15, k=0.2, r=None):
    if r is None:
        r = 0.5 * (np.max(image) - np.min(image)) or 0.5
    m, s = mean_std(image, window_size)
    return m * (1 + k * ((s / r) - 1))


def binarize_page(page, window_size=25, k=0.2):
    gray = page @ np.array([0.2125, 0.7154, 0.0721]) if page.ndim == 3 else page
    gray = gray / 255.0
    return gray > threshold_sauvola(gray, window_size, k)
