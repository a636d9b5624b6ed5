# origin: https://github.com/ImagingDataCommons/highdicom/pull/442
# kinds: overflow
import numpy as np


class Volume:
    """Three dimensional image volume with optional channels as last axis."""

    def __init__(self, array, affine):
        self._array = array
        self._affine = affine

    @property
    def array(self):
        return self._array

    @property
    def number_of_channel_dimensions(self):
        return self._array.ndim - 3

    def with_array(self, array):
        return Volume(array, self._affine)

    def normalize_min_max(self, output_min=0.0, output_max=1.0, per_channel=False):
        """Normalize by mapping its full intensity range to a fixed range.

        Parameters
        ----------
        output_min: float
            The value to which the minimum intensity is mapped.
        output_max: float
            The value to which the maximum intensity is mapped.
        per_channel: bool
            If True, each channel is normalized by its own range.
        """
        output_range = output_max - output_min
        if per_channel and self.number_of_channel_dimensions > 0:
            imin = self.array.min(axis=(0, 1, 2), keepdims=True)
            imax = self.array.max(axis=(0, 1, 2), keepdims=True)
        else:
            imin = self.array.min(keepdims=True)
            imax = self.array.max(keepdims=True)

        peak_to_peak = imax - imin  #!
        peak_to_peak = imax.astype(np.float64) - imin.astype(np.float64)  #+
        peak_to_peak = np.where(peak_to_peak == 0, 1, peak_to_peak)
        scale_factor = output_range / peak_to_peak
        new_array = (self.array - imin) * scale_factor + output_min  #!
        new_array = (self.array.astype(np.float64) - imin) * scale_factor + output_min  #+
        return self.with_array(new_array)


def load_ct(shape=(16, 64, 64), seed=0):
    """Stored values of a CT series: int16, padding pixels at the lowest representable value."""
    rng = np.random.RandomState(seed)
    array = rng.normal(40, 300, size=shape).astype(np.int16)
    array[:, :4, :] = -32768
    array[8, 30:34, 30:34] = 3071
    return Volume(array, np.eye(4))


if __name__ == '__main__':
    vol = load_ct()
    norm = vol.normalize_min_max(0.0, 1.0)
    print(norm.array.min(), norm.array.max(), norm.array.mean())
