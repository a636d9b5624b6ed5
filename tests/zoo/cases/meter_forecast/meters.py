import numpy as np


def daily_profile(days, rng):
    t = np.arange(days * 24)
    load = 900 + 500 * np.sin(2 * np.pi * (t % 24 - 8) / 24) + 80 * rng.normal(size=t.size)
    return np.clip(load, 50, None)


def read_register(days=60, seed=33):
    """Hourly readings of the watt-hour register (32 bits); the meter was exchanged once."""
    rng = np.random.default_rng(seed)
    register = np.cumsum(daily_profile(days, rng)).astype(np.uint32)
    swapped = days * 24 * 5 // 8
    register[swapped:] -= register[swapped] - np.uint32(17)
    return register


def consumption(register):
    """Watt-hours used in each hour."""
    used = np.diff(register)
    return used.astype(np.float32) / 1000.0


def windows(series, history=24):
    past = np.stack([series[i:i + history] for i in range(len(series) - history)])
    return past, series[history:]
