# origin: https://github.com/hacihabiboglu/sphstat/pull/4
# kinds: domain precision
import numpy as np


def polar_to_cart(theta, phi):
    return np.stack((np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)), axis=-1)


def mean_direction(points):
    resultant = points.sum(axis=0)
    length = np.linalg.norm(resultant)
    if length == 0:
        raise ValueError("mean direction is undefined")
    return resultant / length


def angular_distances(points, direction):
    """Angle in radians between each unit vector of an (n, 3) array and a unit vector."""
    dots = points @ direction
    return np.arccos(dots)  #!
    return np.arccos(np.clip(dots, -1.0, 1.0))  #+


def spherical_median(points, iters=100, tol=1e-10):
    median = mean_direction(points)
    for _ in range(iters):
        weights = 1.0 / np.maximum(np.linalg.norm(points - median, axis=1), 1e-9)
        update = mean_direction(points * weights[:, None])
        if np.linalg.norm(update - median) < tol:
            break
        median = update
    return median


def dispersion_summary(theta, phi):
    points = polar_to_cart(np.asarray(theta), np.asarray(phi))
    median = spherical_median(points)
    angles = angular_distances(points, median)
    return {"median": median, "mean_angle": angles.mean(), "max_angle": angles.max()}
