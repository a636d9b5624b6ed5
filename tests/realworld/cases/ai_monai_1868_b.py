# origin: https://github.com/Project-MONAI/MONAI/issues/1868
# kinds: cancellation domain
import argparse

import numpy as np


def _window_sums(x, n):
    c = np.cumsum(np.concatenate(([0.0], x)))
    return c[n:] - c[:-n]


def rolling_mean(x, n):
    return _window_sums(x, n) / n


def rolling_std(x, n):
    mean = rolling_mean(x, n)  #-
    mean_sq = _window_sums(x * x, n) / n  #-
    return np.sqrt(mean_sq - mean ** 2)  #!
    windows = np.lib.stride_tricks.sliding_window_view(x, n)  #+
    return windows.std(axis=-1)  #+


def bollinger(close, n=20, width=2.0):
    mid = rolling_mean(close, n)
    dev = rolling_std(close, n)
    return mid - width * dev, mid, mid + width * dev


def positions(close, n=20, width=2.0):
    """Mean reversion: long below the lower band, short above the upper one."""
    lower, mid, upper = bollinger(close, n, width)
    px = close[n - 1:]
    pos = np.zeros_like(px)
    pos[px < lower] = 1.0
    pos[px > upper] = -1.0
    return pos


def backtest(close, n=20, width=2.0, cost=1e-4):
    pos = positions(close, n, width)
    ret = np.diff(np.log(close[n - 1:]))
    pnl = pos[:-1] * ret - cost * np.abs(np.diff(pos))
    return pnl.cumsum()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("csv")
    parser.add_argument("--window", type=int, default=20)
    args = parser.parse_args()
    close = np.loadtxt(args.csv, delimiter=",", skiprows=1, usecols=4)
    print("final pnl: %.4f" % backtest(close, args.window)[-1])


if __name__ == "__main__":
    main()
