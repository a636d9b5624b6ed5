# origin: https://github.com/ray-project/ray/issues/14878
# kinds: domain precision
"""Temperature scaling of a trained binary classifier."""
import numpy as np


def sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * z))


class BinaryScorer:
    def __init__(self, weights, bias):
        self.weights = np.asarray(weights, dtype=np.float32)
        self.bias = np.float32(bias)

    def decision_function(self, x):
        return np.asarray(x, dtype=np.float32) @ self.weights + self.bias

    def predict_proba(self, x):
        return sigmoid(self.decision_function(x))


def log_loss_from_logits(z, y):
    return float(np.mean(np.logaddexp(0.0, z) - y * z))


class TemperatureScaler:
    def __init__(self, scorer, grid=None):
        self.scorer = scorer
        self.grid = np.geomspace(0.25, 8.0, 64) if grid is None else grid
        self.temperature = 1.0

    def _logits(self, x):
        p = self.scorer.predict_proba(x)  #-
        return np.log(p / (1.0 - p))  #!
        return self.scorer.decision_function(x)  #+

    def fit(self, x, y):
        z = self._logits(x)
        losses = [log_loss_from_logits(z / t, y) for t in self.grid]
        self.temperature = float(self.grid[int(np.argmin(losses))])
        return self

    def predict_proba(self, x):
        return sigmoid(self._logits(x) / self.temperature)


def expected_calibration_error(p, y, bins=10):
    edges = np.linspace(0.0, 1.0, bins + 1)
    which = np.clip(np.digitize(p, edges) - 1, 0, bins - 1)
    total = 0.0
    for b in range(bins):
        sel = which == b
        if sel.any():
            total += sel.mean() * abs(p[sel].mean() - y[sel].mean())
    return total
