# origin: https://github.com/esheldon/smatch/pull/21
# kinds: cancellation precision
import numpy as np


def lonlat_to_vec(lon, lat):
    """Unit vectors for longitude and latitude in degrees."""
    lon, lat = np.radians(np.asarray(lon, dtype="f8")), np.radians(np.asarray(lat, dtype="f8"))
    coslat = np.cos(lat)
    return np.stack([coslat * np.cos(lon), coslat * np.sin(lon), np.sin(lat)], axis=-1)


def sphdist(lon1, lat1, lon2, lat2):
    """Great-circle separation in degrees."""
    vec1 = lonlat_to_vec(lon1, lat1)
    vec2 = lonlat_to_vec(lon2, lat2)
    cosd = np.clip((vec1 * vec2).sum(axis=-1), -1.0, 1.0)  #-
    return np.degrees(np.arccos(cosd))  #!
    dsq = ((vec1 - vec2) ** 2).sum(axis=-1)  #+
    return np.degrees(2 * np.arcsin(np.clip(0.5 * np.sqrt(dsq), 0.0, 1.0)))  #+


def match_self_radec(ra, dec, radius_arcsec):
    """Index pairs and separations (arcsec) of all sources closer than the radius."""
    order = np.argsort(dec)
    ra, dec = np.asarray(ra)[order], np.asarray(dec)[order]
    radius = radius_arcsec / 3600.0
    pairs, seps = [], []
    for i in range(len(ra)):
        hi = np.searchsorted(dec, dec[i] + radius, side="right")
        if hi <= i + 1:
            continue
        sep = sphdist(ra[i], dec[i], ra[i + 1 : hi], dec[i + 1 : hi])
        for j in np.nonzero(sep < radius)[0]:
            pairs.append((order[i], order[i + 1 + j]))
            seps.append(sep[j] * 3600.0)
    return np.asarray(pairs).reshape(-1, 2), np.asarray(seps)


def astrometric_scatter_mas(ra, dec, ra_ref, dec_ref):
    return np.median(sphdist(ra, dec, ra_ref, dec_ref)) * 3.6e6
