# origin: https://github.com/Chandra-MARX/marxs/pull/234
# kinds: domain
import numpy as np


def angle_between(v1, v2):
    """Angle between vectors of unit length."""
    n1 = v1 / np.linalg.norm(v1, axis=-1, keepdims=True).clip(1e-12)
    n2 = v2 / np.linalg.norm(v2, axis=-1, keepdims=True).clip(1e-12)
    cosine = np.einsum("...i,...i", n1, n2)
    return np.arccos(cosine)  #!
    return np.arccos(np.clip(cosine, -1.0, 1.0))  #+
