# origin: https://github.com/dfki-ric/pytransform3d/issues/45
# kinds: domain
import numpy as np


def norm_vector(v):
    norm = np.linalg.norm(v)
    if norm == 0.0:
        return v
    return np.asarray(v) / norm


def angle_between_vectors(a, b):
    return np.arccos(np.clip(np.dot(norm_vector(a), norm_vector(b)), -1.0, 1.0))


def _slerp_weights(angle, t):
    if angle == 0.0:  #+
        return np.ones_like(t), np.zeros_like(t)  #+
    return (np.sin((1.0 - t) * angle) / np.sin(angle),  #*
            np.sin(t * angle) / np.sin(angle))


def quaternion_slerp(start, end, t):
    start = norm_vector(start)
    end = norm_vector(end)
    angle = angle_between_vectors(start, end)
    w1, w2 = _slerp_weights(angle, t)
    return w1 * start + w2 * end


def smooth_trajectory(waypoints, n_steps):
    ts = np.linspace(0, 1, n_steps)
    return np.vstack([[quaternion_slerp(a, b, t) for t in ts] for a, b in zip(waypoints[:-1], waypoints[1:])])
