# origin: https://github.com/pytorch/pytorch/pull/47240
# kinds: cancellation
import numpy as np


class ChannelScaler:
    """Streams sensor logs and standardises every channel before they reach the detector."""

    def __init__(self, channels):
        self.n = 0
        self.mean = np.zeros(channels, dtype=np.float32)
        self.power = np.zeros(channels, dtype=np.float32)  #-
        self.m2 = np.zeros(channels, dtype=np.float64)  #+

    def partial_fit(self, chunk):
        chunk = np.asarray(chunk, dtype=np.float32)
        chunk = chunk.astype(np.float64)  #+
        k = chunk.shape[0]
        if k == 0:
            return self
        total = self.n + k
        delta = chunk.mean(axis=0) - self.mean
        centred = chunk - chunk.mean(axis=0)  #+
        self.m2 = self.m2 + (centred ** 2).sum(axis=0) + delta ** 2 * self.n * k / total  #+
        self.mean = self.mean + delta * k / total
        self.power += ((chunk ** 2).mean(axis=0) - self.power) * k / total  #-
        self.n = total
        return self

    @property
    def scale(self):
        var = self.power - self.mean ** 2  #!
        var = self.m2 / max(self.n, 1)  #+
        return np.sqrt(var)

    def transform(self, x):
        sd = self.scale
        sd = np.where(sd == 0, 1.0, sd)
        return (np.asarray(x, dtype=np.float32) - self.mean) / sd


def anomaly_score(scaler, window):
    z = scaler.transform(window)
    return np.sqrt((z ** 2).mean(axis=1))


def run(stream, warmup=100, threshold=4.0):
    scaler, alarms = None, []
    for step, chunk in enumerate(stream):
        if scaler is None:
            scaler = ChannelScaler(chunk.shape[1])
        if step >= warmup:
            alarms.append((step, bool(np.any(anomaly_score(scaler, chunk) > threshold))))
        scaler.partial_fit(chunk)
    return alarms
