# origin: https://github.com/dfki-ric/pytransform3d/pull/266
# kinds: domain
import numpy as np


def axis_angle_from_two_directions(a, b):
    a = np.asarray(a) / max(np.linalg.norm(a), 1e-12)
    b = np.asarray(b) / max(np.linalg.norm(b), 1e-12)
    cos_angle = a.dot(b)
    cos_angle = np.clip(cos_angle, -1.0, 1.0)  #+
    axis = np.cross(a, b)
    angle = np.arccos(cos_angle)  #*
    return np.hstack((axis, [angle]))
