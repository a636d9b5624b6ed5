# origin: https://github.com/ankush-me/SynthText/issues/66
# kinds: domain
import numpy as np


def ssc(v):
    """
    Returns the skew-symmetric cross-product matrix corresponding to v.
    """
    v /= np.linalg.norm(v)  #!
    n = np.linalg.norm(v)  #+
    if n > 1e-8:  #+
        v = v / n  #+
    return np.array([[    0, -v[2],  v[1]],
                     [ v[2],     0, -v[0]],
                     [-v[1],  v[0],     0]])


def rot3d(v1, v2):
    """
    Rodrigues formula : find R_3x3 rotation matrix such that v2 = R*v1.
    https://en.wikipedia.org/wiki/Rodrigues'_rotation_formula#Matrix_notation
    """
    v1 /= np.linalg.norm(v1)  #-
    v2 /= np.linalg.norm(v2)  #-
    v1 = v1 / max(np.linalg.norm(v1), 1e-12)  #+
    v2 = v2 / max(np.linalg.norm(v2), 1e-12)  #+
    v3 = np.cross(v1, v2)
    s = np.linalg.norm(v3)
    c = v1.dot(v2)
    Vx = ssc(v3)
    return np.eye(3) + s * Vx + (1 - c) * Vx.dot(Vx)


def get_text_placement_rotation(xyz, plane):
    """
    xyz : nx3 points on the plane, plane : (a, b, c, d).
    Rotates the region to be fronto-parallel and returns its 2d coordinates.
    """
    n = plane[:3].copy()
    REGION_Z = np.array([0., 0., np.sign(n[2]) or 1.])
    R = rot3d(n, REGION_Z)
    pts = xyz - np.median(xyz, axis=0)[None, :]
    return R, R.dot(pts.T).T[:, :2]


if __name__ == '__main__':
    rng = np.random.RandomState(0)
    xy = rng.rand(50, 2)
    coeffs = [np.array([0.1, -0.2, 0.9, 1.0]), np.array([0., 0., 1., 2.0])]
    for plane in coeffs:
        z = -(xy.dot(plane[:2]) + plane[3]) / plane[2]
        R, pts2d = get_text_placement_rotation(np.c_[xy, z], plane)
        print(R, pts2d.min(), pts2d.max())
