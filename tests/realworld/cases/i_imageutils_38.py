# origin: https://github.com/astropy/imageutils/pull/38
# kinds: domain
import numpy as np


class BaseInterval:
    def get_limits(self, values):
        raise NotImplementedError

    def __call__(self, values, clip=True, out=None):
        vmin, vmax = self.get_limits(values)
        if out is None:
            values = np.subtract(values, float(vmin))
        else:
            values = np.subtract(values, float(vmin), out=out)
        if vmax != vmin:  #+
            values = np.true_divide(values, vmax - vmin)  #+
        values = np.true_divide(values, vmax - vmin)  #!
        if clip:
            np.clip(values, 0.0, 1.0, out=values)
        return values


class MinMaxInterval(BaseInterval):
    def get_limits(self, values):
        return np.min(values), np.max(values)


class PercentileInterval(BaseInterval):
    def __init__(self, percentile):
        self.lower, self.upper = (100 - percentile) / 2.0, 100 - (100 - percentile) / 2.0

    def get_limits(self, values):
        return np.percentile(values, (self.lower, self.upper))


def to_uint8(image, interval=MinMaxInterval()):
    return (interval(np.asarray(image, dtype=float)) * 255).astype("uint8")
