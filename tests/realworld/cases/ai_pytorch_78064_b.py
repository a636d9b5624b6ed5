# origin: https://github.com/pytorch/pytorch/issues/78064
# kinds: domain
"""Evaluation of estimated camera trajectories against ground truth."""
import numpy as np


def quat_to_matrix(q):
    w, x, y, z = np.asarray(q, dtype=np.float64) / np.linalg.norm(q)
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])


def pose_matrix(translation, quaternion):
    pose = np.eye(4)
    pose[:3, :3] = quat_to_matrix(quaternion)
    pose[:3, 3] = translation
    return pose


def relative_pose(a, b):
    inv = np.eye(4)
    inv[:3, :3] = a[:3, :3].T
    inv[:3, 3] = -a[:3, :3].T @ a[:3, 3]
    return inv @ b


def rotation_error_deg(r_est, r_gt):
    delta = r_est.T @ r_gt
    cos_angle = 0.5 * (np.trace(delta) - 1.0)
    return np.degrees(np.arccos(cos_angle))  #!
    return np.degrees(np.arccos(np.clip(cos_angle, -1.0, 1.0)))  #+


def relative_pose_errors(estimated, ground_truth, step=1):
    rot, trans = [], []
    for i in range(len(estimated) - step):
        est = relative_pose(estimated[i], estimated[i + step])
        ref = relative_pose(ground_truth[i], ground_truth[i + step])
        rot.append(rotation_error_deg(est[:3, :3], ref[:3, :3]))
        trans.append(np.linalg.norm(est[:3, 3] - ref[:3, 3]))
    return np.array(rot), np.array(trans)


def load_tum(path):
    rows = np.loadtxt(path, comments="#", ndmin=2)
    return [pose_matrix(r[1:4], r[[7, 4, 5, 6]]) for r in rows]


def summarise(est_path, gt_path):
    rot, trans = relative_pose_errors(load_tum(est_path), load_tum(gt_path))
    return {
        "rot_mean_deg": float(rot.mean()),
        "rot_max_deg": float(rot.max()),
        "trans_rmse": float(np.sqrt(np.mean(trans ** 2))),
    }
