# origin: https://github.com/numaproj/numalogic/pull/153
# kinds: domain
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin


class TanhScaler(TransformerMixin, BaseEstimator):
    """Tanh estimator of Hampel, for streams of metrics."""

    __slots__ = ("_coeff", "_std", "_mean")

    def __init__(self, coeff: float = 0.2):
        self._coeff = coeff
        self._std = None
        self._mean = None

    def fit(self, x: npt.NDArray[float], _=None, **__):
        self._mean = np.mean(x, axis=0)
        self._std = np.std(x, axis=0)
        self._std[self._std < 10 * np.finfo(x.dtype).eps] = 1.0  #+
        return self

    def transform(self, x: npt.NDArray[float]) -> npt.NDArray[float]:
        x_scaled = (x - self._mean) / self._std  #*
        return 0.5 * (np.tanh(self._coeff * x_scaled) + 1)

    def fit_transform(self, x: npt.NDArray[float], y=None, **_):
        return self.fit(x).transform(x)
