# origin: https://github.com/glotzerlab/rowan/issues/3
# kinds: domain
import numpy as np


def _normalize_vec(v):
    """Helper function to normalize vectors"""
    return v / np.linalg.norm(v, axis=-1)[..., np.newaxis]  #!
    return v / np.maximum(np.linalg.norm(v, axis=-1), 1e-12)[..., np.newaxis]  #+


def _vector_bisector(v1, v2):
    R"""Find the vector bisecting two vectors

    Args:
        v1 ((...,3) np.array): First vector
        v2 ((...,3) np.array): Second vector

    Returns:
        The vector that bisects the angle between v1 and v2
    """
    return _normalize_vec(_normalize_vec(v1) + _normalize_vec(v2))  #!
    v1_norm = _normalize_vec(v1)  #+
    v2_norm = _normalize_vec(v2)  #+
    ap = np.isclose(np.sum(v1_norm * v2_norm, axis=-1), -1)[..., np.newaxis]  #+
    other = np.where(np.abs(v1_norm[..., :1]) > 0.9, [0., 1., 0.], [1., 0., 0.])  #+
    return _normalize_vec(np.where(ap, np.cross(v1_norm, other), v1_norm + v2_norm))  #+


def from_axis_angle(axes, angles):
    R"""Find quaternions to rotate a specified angle about a specified axis

    Args:
        axes ((...,3) np.array): An array of vectors (the axes)
        angles (float or (...,1) np.array): An array of angles in radians
    """
    axes = np.asarray(axes)
    angles = np.broadcast_to(angles, axes.shape[:-1])[..., np.newaxis]
    ha = angles / 2.0
    scalar_comp = np.cos(ha)
    vec_comp = np.sin(ha) * axes
    return np.concatenate((scalar_comp, vec_comp), axis=-1)


def vector_vector_rotation(v1, v2):
    R"""Find the quaternion to rotate one vector onto another

    Args:
        v1 ((...,3) np.array): Vector to rotate
        v2 ((...,3) np.array): Desired vector

    Returns:
        Array (..., 4) of quaternions that rotate v1 onto v2.
    """
    v1 = np.asarray(v1, dtype=float)
    v2 = np.asarray(v2, dtype=float)
    return from_axis_angle(_vector_bisector(v1, v2), np.pi)


if __name__ == '__main__':
    print(vector_vector_rotation((1, 0, 0), (0, 1, 0)))
    print(vector_vector_rotation((0, 0, 1), (0, 0, -1)))
