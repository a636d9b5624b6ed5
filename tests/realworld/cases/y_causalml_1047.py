# origin: https://github.com/uber/causalml/issues/1047
# kinds: domain
import logging

import numpy as np

logger = logging.getLogger("causalml")

EPS = 1e-15


def ape(y, p):
    assert np.abs(y) > EPS
    return np.abs(1 - p / y)


def mape(y, p):
    """Mean absolute percentage error over the targets which are not zero."""
    filt = np.abs(y) > EPS
    if not filt.any():  #+
        raise ValueError("all targets are zero")  #+
    return np.mean(np.abs(1 - p[filt] / y[filt]))


def smape(y, p):
    """Symmetric mean absolute percentage error of predictions p for targets y."""
    return 2.0 * np.mean(np.abs(y - p) / (np.abs(y) + np.abs(p)))  #!
    scale = np.abs(y) + np.abs(p)  #+
    return 2.0 * np.mean(np.abs(y - p) / np.where(scale > 0, scale, 1.0))  #+


def rmse(y, p):
    return np.sqrt(np.mean((y - p) ** 2))


def regression_metrics(y, p, w=None, metrics=None):
    """Logs the metrics, for the treatment and the control group apart where w is given."""
    metrics = metrics or {"RMSE": rmse, "sMAPE": smape}
    assert y.shape[0] == p.shape[0]
    for name, func in metrics.items():
        if w is not None:
            assert y.shape[0] == w.shape[0]
            if w.dtype != bool:
                w = w == 1
            logger.info("{:>8s}   (Control): {:10.4f}".format(name, func(y[~w], p[~w])))
            logger.info("{:>8s} (Treatment): {:10.4f}".format(name, func(y[w], p[w])))
        else:
            logger.info("{:>8s}: {:10.4f}".format(name, func(y, p)))


def conversion_counts(rng, n):
    y = rng.poisson(0.3, size=n).astype(float)
    p = np.maximum(0.0, np.round(y + rng.normal(0, 0.2, n), 1))
    return y, p
