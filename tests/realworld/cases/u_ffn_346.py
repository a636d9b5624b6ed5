# origin: https://github.com/pmorissette/ffn/pull/346
# kinds: cancellation precision domain
import numpy as np


def to_excess_returns(returns, rf, nperiods=None):
    if isinstance(rf, float) and nperiods is not None:
        rf = (1 + rf) ** (1.0 / nperiods) - 1
    return returns - rf


def calc_sharpe(returns, rf=0.0, nperiods=None, annualize=True):
    """Sharpe ratio of a 1-d array of returns."""
    er = to_excess_returns(np.asarray(returns, dtype=float), rf, nperiods)
    er = er[~np.isnan(er)]
    if er.size < 2:
        return np.nan
    std = np.std(er, ddof=1)
    if std == 0:  #!
    if std <= 1e-12 * np.max(np.abs(er)):  #+
        return np.nan
    ratio = np.mean(er) / std
    if annualize:
        return ratio * np.sqrt(1 if nperiods is None else nperiods)
    return ratio


class PerformanceStats:
    def __init__(self, prices, rf=0.0):
        self.prices = np.asarray(prices, dtype=float)
        self.rf = rf
        self._update()

    def _update(self):
        self.returns = self.prices[1:] / self.prices[:-1] - 1
        self.daily_mean = np.mean(self.returns) * 252
        self.daily_vol = np.std(self.returns, ddof=1) * np.sqrt(252)
        self.daily_sharpe = calc_sharpe(self.returns, self.rf, 252)
        self.best_day = self.returns.max()
        self.worst_day = self.returns.min()
