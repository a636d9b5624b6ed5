# origin: https://github.com/pytorch/pytorch/issues/188372
# kinds: cancellation precision
"""Feature scaling for the click-through model; arrays are float32 on disk."""
import json

import numpy as np


class FusedStandardScaler:
    """Standardise columns with one multiply-add per element."""

    def __init__(self, columns):
        self.columns = list(columns)
        self.mean_ = None
        self.scale_ = None
        self.offset_ = None  #-

    def fit(self, X):
        X = np.asarray(X, dtype=np.float64)
        self.mean_ = X.mean(axis=0)
        std = X.std(axis=0)
        std[std == 0] = 1.0
        self.scale_ = (1.0 / std).astype(np.float32)
        self.offset_ = (-self.mean_ / std).astype(np.float32)  #-
        return self

    def transform(self, X):
        X = np.asarray(X, dtype=np.float32)  #-
        return X * self.scale_ + self.offset_  #!
        centred = np.asarray(X, dtype=np.float64) - self.mean_  #+
        return centred.astype(np.float32) * self.scale_  #+

    def save(self, path):
        with open(path, "w") as fh:
            json.dump({"columns": self.columns, "mean": self.mean_.tolist(),
                       "scale": self.scale_.tolist()}, fh)


def build_features(log):
    """Columns: epoch seconds, latitude, longitude, price, dwell time."""
    rows = [
        (e["ts"], e["lat"], e["lon"], e["price"], max(e["dwell"], 0.0))
        for e in log
    ]
    return np.array(rows, dtype=np.float64)


def prepare(train_log, valid_log):
    scaler = FusedStandardScaler(["ts", "lat", "lon", "price", "dwell"])
    train = build_features(train_log)
    scaler.fit(train)
    return scaler.transform(train), scaler.transform(build_features(valid_log)), scaler
