# origin: https://github.com/CroatianMeteorNetwork/RMS/pull/994
# kinds: domain
import numpy as np


def angularSeparation(ra1, dec1, ra2, dec2):
    """ Calculates the angle between two points on a sphere.

    Arguments:
        ra1: [ndarray] Right ascension 1 (radians).
        dec1: [ndarray] Declination 1 (radians).
        ra2: [ndarray] Right ascension 2 (radians).
        dec2: [ndarray] Declination 2 (radians).

    Return:
        [ndarray] Angular separation (radians).
    """
    cos_sep = np.sin(dec1)*np.sin(dec2) + np.cos(dec1)*np.cos(dec2)*np.cos(ra2 - ra1)
    return np.arccos(cos_sep)  #!
    return np.arccos(np.clip(cos_sep, -1.0, 1.0))  #+


class Platepar(object):
    """ Astrometric calibration: linear plate in the tangent plane of the field centre. """

    def __init__(self, ra_ref, dec_ref, scale, pos_angle=0.0):
        self.ra_ref, self.dec_ref = ra_ref, dec_ref
        self.scale = scale
        self.pos_angle = pos_angle

    def xyToRaDec(self, x, y):
        xi = np.radians(self.scale)*(x*np.cos(self.pos_angle) - y*np.sin(self.pos_angle))
        eta = np.radians(self.scale)*(x*np.sin(self.pos_angle) + y*np.cos(self.pos_angle))
        d = np.cos(self.dec_ref) - eta*np.sin(self.dec_ref)
        ra = self.ra_ref + np.arctan2(xi, d)
        dec = np.arctan2(np.sin(self.dec_ref) + eta*np.cos(self.dec_ref), np.hypot(xi, d))
        return ra, dec


def calcSkyResiduals(platepar, img_stars, catalog_stars):
    """ Residual of every image star to its matched catalog star (arc minutes). """
    x, y = img_stars.T
    ra, dec = platepar.xyToRaDec(x, y)
    ra_cat, dec_cat = catalog_stars.T
    return 60*np.degrees(angularSeparation(ra, dec, ra_cat, dec_cat))


def nearestNeighbourCost(ra, dec, catalog_stars):
    sep_matrix = angularSeparation(ra[:, None], dec[:, None], catalog_stars[None, :, 0], catalog_stars[None, :, 1])
    nn_distances = np.min(sep_matrix, axis=1)
    return np.sum(nn_distances**2)


if __name__ == '__main__':
    rng = np.random.RandomState(0)
    pp = Platepar(np.radians(150.0), np.radians(42.0), 0.05)
    img_stars = rng.uniform(-640, 640, (200, 2))
    catalog_stars = np.column_stack(pp.xyToRaDec(*img_stars.T))
    print('RMSD (arcmin):', np.sqrt(np.mean(calcSkyResiduals(pp, img_stars, catalog_stars)**2)))
    print('NN cost:', nearestNeighbourCost(catalog_stars[:, 0], catalog_stars[:, 1], catalog_stars))
