# origin: https://github.com/tslearn-team/tslearn/issues/314
# kinds: domain
import numpy as np
from sklearn.base import TransformerMixin


def to_time_series_dataset(dataset):
    arr = np.asarray(dataset, dtype=float)
    return arr[..., None] if arr.ndim == 2 else arr


class TimeSeriesScalerMinMax(TransformerMixin):
    """Scales every series so that its span is the one asked for."""

    def __init__(self, value_range=(0.0, 1.0)):
        self.value_range = value_range

    def fit(self, X, y=None, **kwargs):
        if self.value_range[0] >= self.value_range[1]:
            raise ValueError("minimum of the range must be smaller than its maximum")
        return self

    def transform(self, X, y=None, **kwargs):
        X_ = to_time_series_dataset(X)
        min_t = np.nanmin(X_, axis=1)[:, np.newaxis, :]
        max_t = np.nanmax(X_, axis=1)[:, np.newaxis, :]
        range_t = max_t - min_t
        range_t[range_t == 0.0] = 1.0  #+
        nomin = (X_ - min_t) * (self.value_range[1] - self.value_range[0])
        X_ = nomin / range_t + self.value_range[0]  #!
        X_ = nomin / range_t + self.value_range[0]  #+
        return X_
