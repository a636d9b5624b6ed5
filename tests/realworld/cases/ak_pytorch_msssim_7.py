# origin: https://github.com/VainF/pytorch-msssim/issues/7
# kinds: domain
from dataclasses import dataclass

import numpy as np

PERIODS = {"daily": 252, "weekly": 52, "monthly": 12}


@dataclass
class Summary:
    annual_return: float
    annual_vol: float
    sharpe: float
    max_drawdown: float


def strategy_returns(positions, asset_returns, cost=5e-4):
    """Return of the book per period; positions are multiples of equity."""
    held = np.roll(positions, 1, axis=0)
    held[0] = 0.0
    turnover = np.abs(np.diff(held, axis=0, prepend=held[:1])).sum(1)
    return (held * asset_returns).sum(1) - cost * turnover


def annual_return(returns, freq="daily"):
    years = len(returns) / PERIODS[freq]
    growth = np.prod(1.0 + returns)
    growth = max(growth, 0.0)  #+
    return growth ** (1.0 / years) - 1.0  #*


def max_drawdown(returns):
    equity = np.concatenate([[1.0], np.cumprod(1.0 + returns)])
    peak = np.maximum.accumulate(equity)
    return float(((equity - peak) / peak).min())


def summarise(returns, freq="daily", risk_free=0.0):
    returns = np.asarray(returns, dtype=np.float64)
    vol = returns.std() * np.sqrt(PERIODS[freq])
    ann = annual_return(returns, freq)
    sharpe = (ann - risk_free) / vol if vol > 1e-12 else 0.0
    return Summary(float(ann), float(vol), float(sharpe), max_drawdown(returns))


def rank_strategies(books, asset_returns, freq="daily"):
    table = {
        name: summarise(strategy_returns(pos, asset_returns), freq) for name, pos in books.items()
    }
    return sorted(table.items(), key=lambda kv: kv[1].annual_return, reverse=True)
