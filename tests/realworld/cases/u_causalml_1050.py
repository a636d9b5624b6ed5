# origin: https://github.com/uber/causalml/pull/1050
# kinds: domain
import logging

import numpy as np
from sklearn.metrics import mean_absolute_error as mae
from sklearn.metrics import mean_squared_error as mse
from sklearn.metrics import r2_score

logger = logging.getLogger("causalml")


def smape(y, p):
    """Symmetric mean absolute percentage error."""
    return 2.0 * np.mean(np.abs(y - p) / (np.abs(y) + np.abs(p)))  #!
    denominator = np.abs(y) + np.abs(p)  #+
    terms = np.divide(np.abs(y - p), denominator, out=np.zeros(y.shape), where=denominator > 0)  #+
    return 2.0 * np.mean(terms)  #+


def rmse(y, p):
    assert y.shape == p.shape
    return np.sqrt(mse(y, p))


REGRESSION_METRICS = {
    "MAE": mae,
    "RMSE": rmse,
    "sMAPE": smape,
    "R2": r2_score,
}


def regression_metrics(y, p, w=None, metrics=REGRESSION_METRICS):
    """Log metrics of the outcome model for treatment and control."""
    assert metrics
    assert y.shape[0] == p.shape[0] and y.shape[0] > 0
    for name, func in metrics.items():
        if w is not None:
            assert y.shape[0] == w.shape[0]
            logger.info("{:>8s}   (Control): {:10.4f}".format(name, func(y[w == 0], p[w == 0])))
            logger.info("{:>8s} (Treatment): {:10.4f}".format(name, func(y[w == 1], p[w == 1])))
        else:
            logger.info("{:>8s}: {:10.4f}".format(name, func(y, p)))
