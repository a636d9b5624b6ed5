# origin: https://github.com/centreborelli/s2p/pull/82
# kinds: precision
import numpy as np

WGS84_A = 6378137.0
WGS84_F = 1 / 298.257223563
K0 = 0.9996


def utm_from_lonlat(lon, lat, zone):
    """Transverse Mercator series, metres; false easting 500 km, north hemisphere."""
    e2 = WGS84_F * (2 - WGS84_F)
    ep2 = e2 / (1 - e2)
    phi, lam = np.radians(lat), np.radians(lon - (6 * zone - 183))
    n = WGS84_A / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    t, c, a = np.tan(phi) ** 2, ep2 * np.cos(phi) ** 2, lam * np.cos(phi)
    m = WGS84_A * (
        (1 - e2 / 4 - 3 * e2 ** 2 / 64) * phi
        - (3 * e2 / 8 + 3 * e2 ** 2 / 32) * np.sin(2 * phi)
        + (15 * e2 ** 2 / 256) * np.sin(4 * phi)
    )
    east = K0 * n * (a + (1 - t + c) * a ** 3 / 6) + 500000.0
    north = K0 * (m + n * np.tan(phi) * (a ** 2 / 2 + (5 - t + 9 * c + 4 * c ** 2) * a ** 4 / 24))
    return east, north


def triangulate(lon, lat, alt, valid, zone):
    h, w = alt.shape
    points = np.full((h, w, 3), np.nan, dtype=np.float32)  #!
    points = np.full((h, w, 3), np.nan, dtype=np.float64)  #+
    east, north = utm_from_lonlat(lon, lat, zone)
    points[..., 0] = east
    points[..., 1] = north  #*
    points[..., 2] = alt
    points[~valid] = np.nan
    return points


def plane_residual(points):
    """RMS distance of the cloud to its best plane, used as a tile quality score."""
    p = points.reshape(-1, 3)
    p = p[~np.isnan(p).any(axis=1)]
    centred = p - p.mean(axis=0, dtype=np.float64)
    return np.linalg.svd(centred, compute_uv=False)[-1] / np.sqrt(len(p))


def grid_spacing(points):
    return np.nanmedian(np.abs(np.diff(points[..., 1], axis=0)))
