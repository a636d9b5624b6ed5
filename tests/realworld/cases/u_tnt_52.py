# origin: https://github.com/meta-pytorch/tnt/pull/52
# kinds: cancellation domain
import math

import torch


class AverageValueMeter:
    def __init__(self):
        self.reset()

    def add(self, value, n=1):
        self.n += n
        self.sum += value  #-
        self.var += value * value  #-
        delta = value - self.mean  #+
        self.mean += delta / self.n  #+
        self.m_s += delta * (value - self.mean)  #+

    def value(self):
        if self.n == 0:
            return float("nan"), float("nan")
        if self.n == 1:
            return self.sum, float("inf")  #-
            return self.mean, float("inf")  #+
        mean = self.sum / self.n  #-
        std = math.sqrt((self.var - self.n * mean * mean) / (self.n - 1.0))  #!
        return mean, std  #-
        return self.mean, math.sqrt(self.m_s / (self.n - 1.0))  #+

    def reset(self):
        self.n = 0
        self.sum = 0.0  #-
        self.var = 0.0  #-
        self.mean = 0.0  #+
        self.m_s = 0.0  #+


def validate(model, loader, criterion):
    loss_meter = AverageValueMeter()
    time_meter = AverageValueMeter()
    model.eval()
    with torch.no_grad():
        for inputs, targets, stamp in loader:
            loss_meter.add(criterion(model(inputs), targets).item())
            time_meter.add(float(stamp))
    mean, std = loss_meter.value()
    return {"loss": mean, "loss_std": std, "stamp": time_meter.value()}
