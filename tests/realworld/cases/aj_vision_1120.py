# origin: https://github.com/pytorch/vision/issues/1120
# kinds: data domain
import csv
from datetime import date

import numpy as np


def read_prices(path, column="settle"):
    """Settlement history as delivered by the exchange."""
    days, prices = [], []
    with open(path, newline="") as handle:
        for row in csv.DictReader(handle):
            days.append(date.fromisoformat(row["date"]))
            prices.append(float(row[column] or 0.0))
    return np.array(days), np.array(prices)


class VolatilityModel:
    """Exponentially weighted variance of futures returns."""

    def __init__(self, decay=0.94, annual=252):
        self.decay = decay
        self.annual = annual

    def log_returns(self, prices):
        prices = prices[np.isfinite(prices) & (prices > 0)]  #+
        return np.diff(np.log(prices))  #*

    def fit(self, prices):
        r = self.log_returns(np.asarray(prices, dtype=np.float64))
        if r.size < 2:
            raise ValueError("need at least three prices")
        var = np.empty_like(r)
        var[0] = r[: min(20, r.size)].var()
        for t in range(1, r.size):
            var[t] = self.decay * var[t - 1] + (1.0 - self.decay) * r[t - 1] ** 2
        self.returns_ = r
        self.variance_ = var
        return self

    def annualised(self):
        return np.sqrt(self.annual * self.variance_[-1])

    def value_at_risk(self, notional, z=2.326):
        return notional * z * np.sqrt(self.variance_[-1])


def report(paths, notional=1e6):
    rows = {}
    for name, path in paths.items():
        _, prices = read_prices(path)
        model = VolatilityModel().fit(prices)
        rows[name] = (model.annualised(), model.value_at_risk(notional))
    return rows
