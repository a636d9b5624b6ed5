# origin: https://github.com/pytorch/pytorch/issues/188372
# kinds: cancellation
import numpy as np


class SensorScaler:
    """Column-wise standardisation of telemetry before anomaly scoring."""

    def __init__(self, with_std=True, clip=None):
        self.with_std = with_std
        self.clip = clip
        self.mean_ = None
        self.scale_ = None

    def fit(self, X):
        X = np.asarray(X, dtype=np.float32)
        if X.ndim != 2 or X.shape[0] == 0:
            raise ValueError("expected a non-empty 2-d array")
        self.mean_ = X.mean(axis=0)  #-
        std = X.std(axis=0)  #!
        std[std == 0.0] = 1.0  #-
        self.mean_ = X.mean(axis=0, dtype=np.float64)  #+
        std = X.std(axis=0, dtype=np.float64)  #+
        resolution = 10 * np.finfo(X.dtype).eps * np.abs(self.mean_)  #+
        std[std <= resolution] = 1.0  #+
        self.scale_ = std if self.with_std else np.ones_like(std)
        return self

    def transform(self, X):
        X = np.asarray(X, dtype=np.float32)
        Z = (X - self.mean_) / self.scale_  #*
        Z = Z.astype(np.float32)  #+
        if self.clip is not None:
            Z = np.clip(Z, -self.clip, self.clip)
        return Z

    def fit_transform(self, X):
        return self.fit(X).transform(X)


class PcaAnomaly:
    def __init__(self, components=8):
        self.components = components
        self.scaler = SensorScaler()

    def fit(self, X):
        Z = self.scaler.fit_transform(X)
        _, _, vt = np.linalg.svd(Z, full_matrices=False)
        self.basis_ = vt[: self.components]
        self.threshold_ = np.quantile(self._residual(Z), 0.995)
        return self

    def _residual(self, Z):
        back = (Z @ self.basis_.T) @ self.basis_
        return np.square(Z - back).sum(axis=1)

    def predict(self, X):
        return self._residual(self.scaler.transform(X)) > self.threshold_
