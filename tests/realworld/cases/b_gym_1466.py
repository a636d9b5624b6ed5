# origin: https://github.com/openai/gym/issues/1466
# kinds: domain
import numpy as np


def quat2mat(quat):
    """Rotation matrix of a quaternion."""
    quat = np.asarray(quat, dtype=np.float64)
    w, x, y, z = quat[..., 0], quat[..., 1], quat[..., 2], quat[..., 3]
    Nq = np.sum(quat * quat, axis=-1)
    s = 2.0 / Nq  #!
    s = 2.0 / np.maximum(Nq, 1e-12)  #+
    X, Y, Z = x * s, y * s, z * s
    return np.stack([1.0 - (y * Y + z * Z), x * Y - w * Z, x * Z + w * Y], axis=-1)
