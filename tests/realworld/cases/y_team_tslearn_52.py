# origin: https://github.com/tslearn-team/tslearn/issues/52
# kinds: domain
import numpy
from numpy.lib.stride_tricks import sliding_window_view


def to_time_series_dataset(dataset):
    arr = numpy.array(dataset, dtype=float)
    if arr.ndim == 1:
        arr = arr[None, :]
    if arr.ndim == 2:
        arr = arr[:, :, None]
    return arr


class TimeSeriesScalerMeanVariance:
    """Brings every series of a dataset to a given mean and standard deviation."""

    def __init__(self, mu=0.0, std=1.0):
        self.mu_ = mu
        self.std_ = std

    def fit_transform(self, X, **kwargs):
        X_ = to_time_series_dataset(X)
        for i in range(X_.shape[0]):
            for d in range(X_.shape[2]):
                cur_mean = X_[i, :, d].mean()
                cur_std = X_[i, :, d].std()
                if cur_std == 0.0:  #+
                    cur_std = 1.0  #+
                X_[i, :, d] = (X_[i, :, d] - cur_mean) * self.std_ / cur_std + self.mu_  #!
                X_[i, :, d] = (X_[i, :, d] - cur_mean) * self.std_ / cur_std + self.mu_  #+
        return X_


def windows_dataset(readings, width, step):
    """Cuts sensor readings into standardised windows for shapelet discovery."""
    windows = sliding_window_view(numpy.asarray(readings), width)[::step]
    return TimeSeriesScalerMeanVariance().fit_transform(windows)


def euclidean_matrix(X):
    flat = X.reshape(len(X), -1)
    return numpy.sqrt(((flat[:, None, :] - flat[None, :, :]) ** 2).sum(-1))
