# origin: https://github.com/yeyupiaoling/VoiceprintRecognition-Pytorch/issues/62
# kinds: domain
import numpy as np


class AudioSegment:
    def __init__(self, samples, sample_rate):
        samples = np.asarray(samples)
        if samples.dtype.kind == "i":
            samples = samples / float(2 ** (8 * samples.dtype.itemsize - 1))
        if samples.ndim > 1:
            samples = samples.mean(axis=1)
        self.samples = samples.astype(np.float32)
        self.sample_rate = sample_rate

    @property
    def rms_db(self):
        mean_square = np.mean(self.samples ** 2)
        return 10 * np.log10(mean_square)  #!
        return 10 * np.log10(max(mean_square, 1e-10))  #+

    def gain_db(self, gain):
        self.samples *= 10.0 ** (gain / 20.0)

    def normalize(self, target_db=-20, max_gain_db=300.0):
        gain = min(target_db - self.rms_db, max_gain_db)
        self.gain_db(gain)

    def crop(self, duration, mode="train", rng=np.random.default_rng()):
        length = int(duration * self.sample_rate)
        if len(self.samples) <= length:
            self.samples = np.pad(self.samples, (0, length - len(self.samples)), "wrap")
            return
        start = int(rng.integers(0, len(self.samples) - length)) if mode == "train" else 0
        self.samples = self.samples[start : start + length]

    def add_noise(self, noise, snr_db, rng=np.random.default_rng()):
        noise = AudioSegment(noise.samples.copy(), noise.sample_rate)
        noise.crop(len(self.samples) / self.sample_rate, rng=rng)
        noise.gain_db(self.rms_db - noise.rms_db - snr_db)
        self.samples = self.samples + noise.samples[: len(self.samples)]


def load_training_clip(samples, sample_rate, noise=None, duration=3.0):
    segment = AudioSegment(samples, sample_rate)
    segment.crop(duration)
    if noise is not None:
        segment.add_noise(noise, snr_db=15)
    segment.normalize()
    return segment.samples
