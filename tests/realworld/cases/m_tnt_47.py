# origin: https://github.com/meta-pytorch/tnt/issues/47
# kinds: cancellation domain
import math

import numpy as np


class Meter:
    def reset(self):
        raise NotImplementedError

    def add(self, value):
        raise NotImplementedError

    def value(self):
        raise NotImplementedError


class AverageValueMeter(Meter):
    def __init__(self):
        self.reset()

    def reset(self):
        self.n = 0
        self.sum = 0.0  #-
        self.sum_sq = 0.0  #-
        self.running_mean = 0.0  #+
        self.m_s = 0.0  #+

    def add(self, value):
        self.n += 1
        self.sum += value  #-
        self.sum_sq += value * value  #-
        delta = value - self.running_mean  #+
        self.running_mean += delta / self.n  #+
        self.m_s += delta * (value - self.running_mean)  #+

    def value(self):
        if self.n == 0:
            return float("nan"), float("nan")
        if self.n == 1:
            return self.sum, float("inf")  #-
            return self.running_mean, float("inf")  #+
        mean = self.sum / self.n  #-
        std = math.sqrt((self.sum_sq - self.n * mean * mean) / (self.n - 1.0))  #!
        mean = self.running_mean  #+
        std = math.sqrt(self.m_s / (self.n - 1.0))  #+
        return mean, std


def benchmark(run_once, repeats):
    meter = AverageValueMeter()
    for _ in range(repeats):
        meter.add(float(np.asarray(run_once())))
    mean, std = meter.value()
    return {"mean": mean, "std": std}
