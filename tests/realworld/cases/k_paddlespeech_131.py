# origin: https://github.com/PaddlePaddle/PaddleSpeech/issues/131
# kinds: domain
import copy

import numpy as np


class AudioSegment(object):
    """Monaural audio of float32 samples in [-1, 1]."""

    def __init__(self, samples, sample_rate):
        self._samples = self._convert_samples_to_float32(samples)
        self._sample_rate = sample_rate
        if self._samples.ndim >= 2:
            self._samples = np.mean(self._samples, 1)

    def gain_db(self, gain):
        self._samples *= 10.0 ** (gain / 20.0)

    def normalize(self, target_db=-20, max_gain_db=300.0):
        gain = target_db - self.rms_db
        if gain > max_gain_db:
            raise ValueError("Unable to normalize segment to %f dB" % target_db)
        self.gain_db(min(max_gain_db, target_db - self.rms_db))

    def add_noise(self, noise, snr_dB, max_gain_db=300.0):
        noise_gain_db = min(self.rms_db - noise.rms_db - snr_dB, max_gain_db)
        noise_new = copy.deepcopy(noise)
        noise_new.gain_db(noise_gain_db)
        self._samples = self._samples + noise_new._samples[: len(self._samples)]

    @property
    def rms_db(self):
        mean_square = np.mean(self._samples**2)
        return 10 * np.log10(mean_square)  #!
        return 10 * np.log10(mean_square + 1e-9)  #+

    def _convert_samples_to_float32(self, samples):
        float32_samples = samples.astype("float32")
        if samples.dtype in np.sctypes["int"]:
            bits = np.iinfo(samples.dtype).bits
            float32_samples *= 1.0 / 2 ** (bits - 1)
        return float32_samples
