# origin: https://github.com/sktime/pytorch-forecasting/issues/987
# kinds: domain method
import warnings

import numpy as np


class TorchNormalizer:
    """Basic target transformer that can be fit also on numpy arrays."""

    def __init__(self, method="standard", center=True, method_kwargs=None):
        assert method in ["standard", "robust", "identity"], f"method has invalid value {method}"
        self.method = method
        self.center = center
        self.method_kwargs = method_kwargs or {}

    def fit(self, y):
        self._set_parameters(np.asarray(y, dtype=np.float64))
        return self

    def _set_parameters(self, y_center):
        eps = np.finfo(np.float16).eps
        if self.method == "identity":
            self.center_ = np.zeros(y_center.shape[:-1])
            self.scale_ = np.ones(y_center.shape[:-1])
        elif self.method == "standard":
            self.center_ = np.mean(y_center, axis=-1)
            self.scale_ = np.std(y_center, axis=-1) + eps
        elif self.method == "robust":
            self.center_ = np.quantile(y_center, self.method_kwargs.get("center", 0.5), axis=-1)
            q_75 = np.quantile(y_center, self.method_kwargs.get("upper", 0.75), axis=-1)
            q_25 = np.quantile(y_center, self.method_kwargs.get("lower", 0.25), axis=-1)
            self.scale_ = (q_75 - q_25) / 2.0 + eps
        if not self.center:  #!
            self.scale_ = self.center_  #!
        if not self.center and self.method != "identity":  #+
            self.scale_ = np.abs(self.center_) + eps  #+
            self.center_ = np.zeros_like(self.center_)

        if (np.asarray(self.scale_) < 1e-7).any():
            warnings.warn(
                "scale is below 1e-7 - consider not centering "
                "the data or using data with higher variance for numerical stability",
                UserWarning,
            )

    def get_parameters(self):
        return np.stack([self.center_, self.scale_], axis=-1)

    def transform(self, y, return_norm=False, target_scale=None):
        if target_scale is None:
            target_scale = self.get_parameters()
        center = target_scale[..., 0]
        scale = target_scale[..., 1]
        y = (np.asarray(y) - center) / scale  #*
        if return_norm:
            return y, target_scale
        return y

    def __call__(self, data):
        """Inverse transformation of network outputs, e.g. mean of a count distribution."""
        return data["prediction"] * data["target_scale"][..., 1] + data["target_scale"][..., 0]


def build_encoder_targets(series, target_normalizer, max_encoder_length=24):
    target_normalizer.fit(series)
    y, target_scale = target_normalizer.transform(series, return_norm=True)
    windows = np.lib.stride_tricks.sliding_window_view(y, max_encoder_length)
    return windows.astype(np.float32), target_scale
