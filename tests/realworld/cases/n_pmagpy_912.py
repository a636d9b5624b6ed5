# origin: https://github.com/PmagPy/PmagPy/pull/912
# kinds: domain
import numpy as np


def dir2cart(dirs):
    dirs = np.atleast_2d(dirs)
    dec, inc = np.radians(dirs[:, 0]), np.radians(dirs[:, 1])
    return np.stack([np.cos(dec) * np.cos(inc), np.sin(dec) * np.cos(inc), np.sin(inc)], axis=1)


def closest_on_circle(pole, direction):
    tangent = direction - np.dot(pole, direction) * pole
    length = np.linalg.norm(tangent)
    return direction if length < 1e-10 else tangent / length


def calculate_best_fit_vectors(lines, poles, tol=0.1, max_iter=100):
    """Lines-and-planes mean: a vector on each great circle, iterated to stability."""
    total = lines.sum(axis=0)
    vectors = [closest_on_circle(p, total) for p in poles]
    for _ in range(max_iter):
        largest = 0.0
        for k, pole in enumerate(poles):
            others = total + sum(v for j, v in enumerate(vectors) if j != k)
            new = closest_on_circle(pole, others / max(np.linalg.norm(others), 1e-10))
            moved = np.degrees(np.arccos(np.dot(vectors[k], new)))  #!
            moved = np.degrees(np.arccos(np.clip(np.dot(vectors[k], new), -1.0, 1.0)))  #+
            vectors[k] = new
            largest = np.maximum(largest, moved)
        if largest < tol:
            return vectors, largest
    return vectors, largest


def dolnp(line_dirs, pole_dirs):
    lines, poles = dir2cart(line_dirs), dir2cart(pole_dirs)
    vectors, shift = calculate_best_fit_vectors(lines, poles)
    resultant = lines.sum(axis=0) + np.sum(vectors, axis=0)
    r = np.linalg.norm(resultant)
    return resultant / max(r, 1e-10), r, shift
