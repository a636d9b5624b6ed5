# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: cancellation
"""SE(3) helpers for the visual-inertial front end (float32 throughout)."""
import numpy as np


def skew(w):
    return np.array(
        [[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]], dtype=w.dtype
    )


class SE3:
    def __init__(self, rot=None, trans=None):
        self.rot = np.eye(3, dtype=np.float32) if rot is None else rot
        self.trans = np.zeros(3, dtype=np.float32) if trans is None else trans

    def __matmul__(self, other):
        return SE3(self.rot @ other.rot, self.rot @ other.trans + self.trans)

    @staticmethod
    def _coefficients(theta):
        """sin(t)/t, (1-cos t)/t^2 and (t-sin t)/t^3."""
        if theta < 1e-8:  #-
        if theta < 0.4:  #+
            return 1.0, 0.5, 1.0 / 6.0  #-
            t2 = theta * theta  #+
            a = 1.0 - t2 / 6.0 * (1.0 - t2 / 20.0)  #+
            b = 0.5 - t2 / 24.0 * (1.0 - t2 / 30.0)  #+
            c = 1.0 / 6.0 - t2 / 120.0 * (1.0 - t2 / 42.0)  #+
            return a, b, c  #+
        a = np.sin(theta) / theta
        b = (1.0 - np.cos(theta)) / theta ** 2  #!
        c = (theta - np.sin(theta)) / theta ** 3  #!
        half = np.sin(theta / 2) / theta  #+
        b = 2.0 * half * half  #+
        c = (1.0 - a) / theta ** 2  #+
        return a, b, c

    @classmethod
    def exp(cls, xi):
        xi = np.asarray(xi, dtype=np.float32)
        rho, omega = xi[:3], xi[3:]
        theta = np.linalg.norm(omega)
        a, b, c = cls._coefficients(theta)
        K = skew(omega)
        K2 = K @ K
        eye = np.eye(3, dtype=np.float32)
        rot = eye + a * K + b * K2
        left_jacobian = eye + b * K + c * K2
        return cls(rot, left_jacobian @ rho)


def integrate(pose, gyro, vel, dt):
    """Constant-twist integration of IMU samples taken at 1/dt Hz."""
    for w, v in zip(gyro, vel):
        pose = pose @ SE3.exp(np.concatenate([v, w]) * dt)
    return pose
