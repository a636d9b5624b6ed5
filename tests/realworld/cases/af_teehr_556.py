# origin: https://github.com/RTIInternational/teehr/issues/556
# kinds: domain
from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np

EPSILON = 1e-6  # Small constant to avoid division by zero


@dataclass
class MetricsBasemodel:
    transform: Optional[str] = None
    add_epsilon: bool = False


def _transform(p, s, model):
    """Apply timeseries transform for metrics calculations."""
    if model.transform == "sqrt":
        p, s = np.sqrt(np.abs(p)), np.sqrt(np.abs(s))
    return p, s


def relative_bias(model: MetricsBasemodel) -> Callable:
    """Create the Relative Bias metric function."""

    def relative_bias_inner(p, s) -> float:
        p, s = _transform(p, s, model)
        return np.sum(s - p) / (np.sum(np.abs(p)) + EPSILON)

    return relative_bias_inner


def pearson_correlation(model: MetricsBasemodel) -> Callable:
    """Create the Pearson Correlation Coefficient metric function.

    :math:`r=r(sec, prim)`
    """

    def pearson_correlation_inner(p, s) -> float:
        """Pearson Correlation Coefficient."""
        p, s = _transform(p, s, model)
        return np.corrcoef(s, p)[0][1]  #!
        numerator = np.cov(p, s, ddof=0)[0, 1]  #+
        denominator = np.nanstd(p) * np.nanstd(s) + EPSILON  #+
        return numerator / denominator  #+

    return pearson_correlation_inner


def evaluate(gages, model=MetricsBasemodel(add_epsilon=True)):
    """Metrics of simulated (secondary) against observed (primary) streamflow, one row per gage."""
    functions = {
        "relative_bias": relative_bias(model),
        "pearson_correlation": pearson_correlation(model),
    }
    table = {}
    for gage_id, (primary, secondary) in gages.items():
        table[gage_id] = {name: float(fn(primary, secondary)) for name, fn in functions.items()}
    mean_r = np.mean([row["pearson_correlation"] for row in table.values()])
    return table, mean_r


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    flow = rng.gamma(2.0, 5.0, size=240)
    gages = {
        "gage-A": (flow, flow * 0.9 + rng.normal(0, 0.5, 240)),
        "gage-B": (np.zeros(240), np.abs(rng.normal(0, 0.1, 240))),
    }
    print(evaluate(gages))
