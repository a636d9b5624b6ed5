# origin: https://github.com/berceanu/openPMD-resampler/pull/3
# kinds: cancellation
from dataclasses import dataclass

import numpy as np


@dataclass
class Bar:
    start: int
    volume: float
    vwap: float
    dispersion: float


def volume_stats(price, size):
    """Volume weighted average price and the spread of trades around it."""
    price = np.asarray(price, dtype=np.float32)
    size = np.asarray(size, dtype=np.float32)
    total = size.sum()
    if total <= 0:
        return 0.0, float("nan"), 0.0
    vwap = np.dot(size, price) / total  #-
    second = np.dot(size, price * price) / total  #-
    var = max(second - vwap * vwap, 0.0)  #!
    offset = price - price[0]  #+
    shift = np.dot(size, offset) / total  #+
    vwap = price[0] + shift  #+
    var = np.dot(size, np.square(offset - shift)) / total  #+
    return float(total), float(vwap), float(np.sqrt(var))


def make_bars(ts, price, size, seconds=1):
    ts = np.asarray(ts, dtype=np.int64)
    bucket = ts // (seconds * 1_000_000_000)
    edges = np.flatnonzero(np.diff(bucket)) + 1
    bars = []
    for rows in np.split(np.arange(len(ts)), edges):
        if rows.size == 0:
            continue
        volume, vwap, disp = volume_stats(price[rows], size[rows])
        bars.append(Bar(int(bucket[rows[0]]), volume, vwap, disp))
    return bars


def quiet_bars(bars, tick=0.01):
    """Bars in which nearly all volume traded at a single price."""
    return [bar for bar in bars if bar.dispersion < 0.5 * tick]


def dispersion_ratio(bars, tick=0.01):
    disp = np.array([bar.dispersion for bar in bars], dtype=np.float32)
    return disp / np.float32(tick)
