# origin: https://github.com/stanford-crfm/helm/pull/563
# kinds: cancellation domain
from dataclasses import dataclass
import math


@dataclass
class Stat:
    """A mutable class that allows us to aggregate values and report mean/stddev."""

    name: str
    count: int = 0
    sum: float = 0.0
    sum_squared: float = 0.0  #-
    m2: float = 0.0  #+

    def add(self, x):
        x = float(x)
        self.sum_squared += x * x  #-
        if self.count > 0:  #+
            delta = x - self.sum / self.count  #+
            self.m2 += delta * delta * self.count / (self.count + 1)  #+
        self.sum += x
        self.count += 1
        return self

    def merge(self, other: "Stat") -> "Stat":
        self.sum_squared += other.sum_squared  #-
        if self.count > 0 and other.count > 0:  #+
            delta = other.sum / other.count - self.sum / self.count  #+
            self.m2 += delta * delta * self.count * other.count / (self.count + other.count)  #+
        self.m2 += other.m2  #+
        self.sum += other.sum
        self.count += other.count
        return self

    @property
    def mean(self):
        return self.sum / self.count if self.count else None

    @property
    def variance(self):
        if self.mean is None:
            return None
        return self.sum_squared / self.count - self.mean ** 2  #!
        return self.m2 / self.count  #+

    @property
    def stddev(self):
        return math.sqrt(self.variance) if self.count else None


def summarize(name, trials):
    total = Stat(name)
    for values in trials:
        stat = Stat(name)
        for value in values:
            stat.add(value)
        total.merge(stat)
    return {"name": name, "mean": total.mean, "stddev": total.stddev}
