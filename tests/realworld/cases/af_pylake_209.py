# origin: https://github.com/lumicks/pylake/pull/209
# kinds: precision
import enum
import math

import numpy as np


class InfowaveCode(enum.IntEnum):
    discard = 0  # this data sample does not contain useful information
    use = 1  # useful data to be used to form a pixel
    pixel_boundary = 2  # useful data and marks the last data sample in a pixel


def round_up(size, n):
    """Round up `size` to the nearest multiple of `n`"""
    return int(math.ceil(size / n)) * n


def reshape_reconstructed_image(pixels, shape):
    """Reshape reconstructed image data from 1D array into appropriate shape for plotting"""
    resized_pixels = np.zeros(round_up(pixels.size, np.prod(shape)))  #!
    resized_pixels = np.zeros(round_up(pixels.size, np.prod(shape)), dtype=pixels.dtype)  #+
    resized_pixels[: pixels.size] = pixels
    return resized_pixels.reshape(-1, *shape)


def reconstruct_image(data, infowave, shape, reduce=np.sum):
    """Reconstruct a scan or kymograph image from raw data

    Parameters
    ----------
    data : array_like
        Raw data to use for the reconstruction. E.g. photon counts or timestamps.
    infowave : array_like
        The infamous infowave.
    shape: array_like
        The shape of the image
    reduce : callable
        A function which reduces multiple sample into a pixel.
    """
    assert data.size == infowave.size
    valid_idx = infowave != InfowaveCode.discard
    subset = infowave[valid_idx]

    # For now we assume that every pixel consists of the same number of samples
    pixel_size = np.argmax(subset) + 1
    resized_data = np.zeros(round_up(subset.size, pixel_size))  #!
    resized_data = np.zeros(round_up(subset.size, pixel_size), dtype=data.dtype)  #+
    resized_data[: subset.size] = data[valid_idx]
    pixels = reduce(resized_data.reshape(-1, pixel_size), axis=1)
    return reshape_reconstructed_image(pixels, shape)


class Kymo:
    def __init__(self, start, sample_rate, photon_counts, infowave, pixels_per_line):
        dt = int(1e9 / sample_rate)
        self._timestamps = start + dt * np.arange(infowave.size, dtype=np.int64)
        self._photons = photon_counts
        self.infowave = infowave
        self._shape = (pixels_per_line,)

    @property
    def image(self):
        return reconstruct_image(self._photons, self.infowave, self._shape).T

    @property
    def timestamps(self):
        """Start time of every pixel in nanoseconds since the epoch"""
        return reconstruct_image(self._timestamps, self.infowave, self._shape, reduce=np.min).T

    @property
    def line_time_ns(self):
        ts = self.timestamps
        return ts[0, 1] - ts[0, 0]
