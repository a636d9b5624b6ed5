# origin: https://github.com/dfki-ric/pytransform3d/issues/47
# kinds: domain
import math

import numpy as np


def norm_vector(v):
    norm = np.linalg.norm(v)
    if norm == 0.0:
        return np.zeros_like(v)
    return np.asarray(v) / norm


def check_quaternion(q):
    q = np.asarray(q, dtype=np.float64)
    if q.ndim != 1 or q.shape[0] != 4:
        raise ValueError(f"expected quaternion with shape (4,), got {q.shape}")
    return norm_vector(q)


def angle_between_vectors(a, b, fast=False):
    """Angle in [0, pi] between two vectors."""
    if len(a) != 3 or fast:
        return np.arccos(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))  #!
        return np.arccos(np.clip(np.dot(norm_vector(a), norm_vector(b)), -1.0, 1.0))  #+
    return np.arctan2(np.linalg.norm(np.cross(a, b)), np.dot(a, b))


class TrajectoryFilter:
    """Drops orientations that turned less than a threshold since the last one kept."""

    def __init__(self, threshold_deg=1.0):
        self.threshold = math.radians(threshold_deg)

    def __call__(self, quaternions):
        kept = [check_quaternion(quaternions[0])]
        for q in map(check_quaternion, quaternions[1:]):
            if angle_between_vectors(kept[-1], q) >= self.threshold:
                kept.append(q)
        return np.stack(kept)
