# origin: https://github.com/bayesiains/nflows/pull/71
# kinds: cancellation domain
import numpy as np
from scipy import ndimage


def structure_tensor(image, sigma=1.5):
    """Smoothed outer product of the image gradient: components xx, xy, yy."""
    image = np.asarray(image, dtype=np.float32)
    gx = ndimage.sobel(image, axis=1, mode="nearest")
    gy = ndimage.sobel(image, axis=0, mode="nearest")
    xx = ndimage.gaussian_filter(gx * gx, sigma)
    xy = ndimage.gaussian_filter(gx * gy, sigma)
    yy = ndimage.gaussian_filter(gy * gy, sigma)
    return xx, xy, yy


def eigenvalues(xx, xy, yy):
    """Eigenvalues of the symmetric 2x2 tensor of every pixel, larger first."""
    trace = xx + yy
    det = xx * yy - xy * xy  #-
    root = np.sqrt(trace * trace - 4.0 * det)  #!
    root = np.hypot(xx - yy, 2.0 * xy)  #+
    return 0.5 * (trace + root), 0.5 * (trace - root)


def coherence(image, sigma=1.5, floor=1e-6):
    large, small = eigenvalues(*structure_tensor(image, sigma))
    total = large + small
    flat = total < floor
    value = (large - small) / np.where(flat, 1.0, total)
    return np.where(flat, 0.0, value)


def orientation(image, sigma=1.5):
    xx, xy, yy = structure_tensor(image, sigma)
    return 0.5 * np.arctan2(2.0 * xy, xx - yy)


def fibre_report(image, mask=None, sigma=1.5, bins=18):
    """Histogram of fibre direction, weighted by coherence."""
    weight = coherence(image, sigma)
    if mask is not None:
        weight = weight * mask
    angle = np.mod(orientation(image, sigma), np.pi)
    hist, edges = np.histogram(angle, bins=bins, range=(0.0, np.pi), weights=weight)
    total = hist.sum()
    if total == 0:
        return np.zeros(bins), edges, 0.0
    hist = hist / total
    nematic = np.abs((weight * np.exp(2j * angle)).sum()) / total
    return hist, edges, float(nematic)
