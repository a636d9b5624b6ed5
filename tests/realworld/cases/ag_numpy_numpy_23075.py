# origin: https://github.com/numpy/numpy/issues/23075
# kinds: overflow precision loss-scale
import numpy as np

KELVIN = 273.15


def to_float16_cube(frames):
    """Stack daily 2 m temperature fields (kelvin, about 230 to 315) in half precision to save memory."""
    cube = np.empty((len(frames),) + frames[0].shape, dtype=np.float16)
    for i, frame in enumerate(frames):
        cube[i] = frame
    return cube


def climatology(arr):
    """Mean over time of every grid cell, ignoring missing days."""
    return np.nanmean(arr, axis=0)  #!
    return np.nanmean(arr, axis=0, dtype=np.float32)  #+


def seasonal_climatology(arr, months):
    seasons = {'DJF': (12, 1, 2), 'MAM': (3, 4, 5), 'JJA': (6, 7, 8), 'SON': (9, 10, 11)}
    out = {}
    for name, wanted in seasons.items():
        mask = np.isin(months, wanted)
        if mask.any():
            out[name] = climatology(arr[mask])
    return out


def anomalies(arr, clim):
    return arr.astype(np.float32) - clim.astype(np.float32)


def warmest_cells(clim, quantile=0.9):
    threshold = np.quantile(clim.astype(np.float32), quantile)
    return np.argwhere(clim >= threshold)


def process(frames, months):
    arr = to_float16_cube(frames)
    clim = climatology(arr)
    return {
        'clim_celsius': clim.astype(np.float32) - KELVIN,
        'seasonal': seasonal_climatology(arr, months),
        'anomalies': anomalies(arr, clim),
        'warmest': warmest_cells(clim),
    }
