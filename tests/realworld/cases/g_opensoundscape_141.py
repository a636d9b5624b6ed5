# origin: https://github.com/kitzeslab/opensoundscape/pull/141
# kinds: domain
import numpy as np
from scipy import signal


class Spectrogram:
    def __init__(self, spectrogram, frequencies, times, decibel_limits=(-100, -20)):
        self.spectrogram = spectrogram
        self.frequencies = frequencies
        self.times = times
        self.decibel_limits = decibel_limits

    @classmethod
    def from_audio(cls, samples, sample_rate, window_type="hann", window_samples=512, overlap_samples=256,
                   decibel_limits=(-100, -20)):
        frequencies, times, spectrogram = signal.spectrogram(
            samples, sample_rate, window=window_type, nperseg=window_samples, noverlap=overlap_samples,
            scaling="spectrum",
        )
        magnitude = np.abs(spectrogram) ** 2
        decibel_spectrogram = 10 * np.log10(magnitude)  #!
        positive = np.maximum(magnitude, np.finfo(np.float64).tiny)  #+
        decibel_spectrogram = 10 * np.log10(positive)  #+
        min_db, max_db = decibel_limits
        decibel_spectrogram[decibel_spectrogram > max_db] = max_db
        decibel_spectrogram[decibel_spectrogram < min_db] = min_db
        return cls(decibel_spectrogram, frequencies, times, decibel_limits)

    def net_amplitude(self, signal_band):
        low, high = signal_band
        rows = (self.frequencies >= low) & (self.frequencies < high)
        return np.mean(self.spectrogram[rows], axis=0)
