# origin: https://github.com/facebookresearch/pytorch3d/issues/188
# kinds: cancellation domain
import numpy as np


def hat(v):
    x, y, z = v
    return np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]], dtype=v.dtype)


def exp_rotation(w):
    angle = np.linalg.norm(w)
    if angle < 1e-6:
        return np.eye(3, dtype=w.dtype) + hat(w)
    k = hat(w / angle)
    return np.eye(3, dtype=w.dtype) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def matrix_to_quaternion(R):  #+
    sq = np.array(  #+
        [  #+
            1 + R[0, 0] + R[1, 1] + R[2, 2],  #+
            1 + R[0, 0] - R[1, 1] - R[2, 2],  #+
            1 - R[0, 0] + R[1, 1] - R[2, 2],  #+
            1 - R[0, 0] - R[1, 1] + R[2, 2],  #+
        ]  #+
    )  #+
    wx, wy, wz = R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]  #+
    xy, xz, yz = R[0, 1] + R[1, 0], R[0, 2] + R[2, 0], R[1, 2] + R[2, 1]  #+
    rows = [(sq[0], wx, wy, wz), (wx, sq[1], xy, xz), (wy, xy, sq[2], yz), (wz, xz, yz, sq[3])]  #+
    q = np.array(rows[int(np.argmax(sq))], dtype=R.dtype)  #+
    q = q / np.linalg.norm(q)  #+
    return -q if q[0] < 0 else q  #+


def orientation_error(R_goal, R_now):
    """Rotation vector that takes the gripper from R_now to R_goal."""
    R = R_goal @ R_now.T
    q = matrix_to_quaternion(R)  #+
    sin_half = np.linalg.norm(q[1:])  #+
    if sin_half < 1e-6:  #+
        return 2.0 * q[1:]  #+
    return 2.0 * np.arctan2(sin_half, q[0]) / sin_half * q[1:]  #+
    axis = np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])  #-
    angle = np.arccos(np.clip((np.trace(R) - 1.0) / 2.0, -1.0, 1.0))  #-
    if angle < 1e-6:  #-
        return 0.5 * axis  #-
    return angle * axis / (2.0 * np.sin(angle))  #!


class CartesianController:
    def __init__(self, kp_pos=4.0, kp_rot=2.0, max_rate=np.pi):
        self.kp_pos = kp_pos
        self.kp_rot = kp_rot
        self.max_rate = max_rate

    def command(self, goal, pose):
        linear = self.kp_pos * (goal[:3, 3] - pose[:3, 3])
        angular = self.kp_rot * orientation_error(goal[:3, :3], pose[:3, :3])
        rate = np.linalg.norm(angular)
        if rate > self.max_rate:
            angular = angular * (self.max_rate / rate)
        return np.concatenate([linear, angular])
