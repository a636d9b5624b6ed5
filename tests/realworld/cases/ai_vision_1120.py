# origin: https://github.com/pytorch/vision/issues/1120
# kinds: data domain
"""Minimum-variance portfolio from a matrix of daily closing prices."""
import csv

import numpy as np

TRADING_DAYS = 252


def read_prices(path):
    """Rows are days, columns are tickers; an empty cell means the ticker did not trade."""
    with open(path, newline="") as f:
        rows = list(csv.reader(f))
    tickers = rows[0][1:]
    prices = np.array([[float(c) if c else 0.0 for c in row[1:]] for row in rows[1:]])
    return tickers, prices


def forward_fill(prices):  #+
    filled = prices.copy()  #+
    for day in range(1, len(filled)):  #+
        missing = filled[day] <= 0  #+
        filled[day, missing] = filled[day - 1, missing]  #+
    first = int(np.argmax((filled > 0).all(axis=1)))  #+
    return filled[first:]  #+


def log_returns(prices):
    prices = forward_fill(prices)  #+
    return np.log(prices[1:] / prices[:-1])  #*


def shrunk_covariance(returns, shrinkage=0.1):
    cov = np.cov(returns, rowvar=False) * TRADING_DAYS
    target = np.diag(np.diag(cov))
    return (1.0 - shrinkage) * cov + shrinkage * target


def minimum_variance_weights(cov):
    ones = np.ones(cov.shape[0])
    w = np.linalg.solve(cov + 1e-8 * np.eye(len(ones)), ones)
    return w / w.sum()


def annualised_volatility(weights, cov):
    return float(np.sqrt(weights @ cov @ weights))


def build_portfolio(path):
    tickers, prices = read_prices(path)
    returns = log_returns(prices)
    cov = shrunk_covariance(returns)
    weights = minimum_variance_weights(cov)
    return dict(zip(tickers, weights.tolist())), annualised_volatility(weights, cov)


if __name__ == "__main__":
    weights, vol = build_portfolio("prices.csv")
    for ticker, w in sorted(weights.items(), key=lambda kv: -kv[1]):
        print(f"{ticker:8s} {w:6.2%}")
    print(f"volatility {vol:.2%}")
