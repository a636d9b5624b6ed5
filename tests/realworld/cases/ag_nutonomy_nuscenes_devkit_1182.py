# origin: https://github.com/nutonomy/nuscenes-devkit/pull/1182
# kinds: cancellation precision
import numpy as np


def rotation_matrix(q):
    w, x, y, z = np.asarray(q) / np.linalg.norm(q)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                     [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                     [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


def transform_matrix(translation, rot, inverse=False):
    tm = np.eye(4)
    tm[:3, :3] = rot.T if inverse else rot
    tm[:3, 3] = rot.T.dot(-np.asarray(translation)) if inverse else translation
    return tm


class LidarPointCloud:
    def __init__(self, points):
        self.points = points

    @classmethod
    def from_scan(cls, scan):
        return cls(np.asarray(scan, dtype=np.float32).reshape((-1, 5))[:, :4].T)

    def translate(self, x):
        for i in range(3):
            self.points[i, :] = self.points[i, :] + x[i]

    def rotate(self, rot_matrix):
        self.points[:3, :] = np.dot(rot_matrix, self.points[:3, :])

    def transform(self, transf_matrix):
        self.points[:3, :] = transf_matrix.dot(np.vstack((self.points[:3, :], np.ones(self.points.shape[1]))))[:3, :]


def map_pointcloud_to_camera(scan, cs_lidar, pose_lidar, cs_cam, pose_cam):
    """Lidar frame -> ego (lidar time) -> global UTM frame -> ego (camera time) -> camera frame."""
    pc = LidarPointCloud.from_scan(scan)
    lidar_rot = rotation_matrix(cs_lidar['rotation'])
    pose_rot = rotation_matrix(pose_lidar['rotation'])
    cam_pose_rot = rotation_matrix(pose_cam['rotation'])
    cam_rot = rotation_matrix(cs_cam['rotation'])

    pc.rotate(lidar_rot)
    pc.translate(np.array(cs_lidar['translation']))

    pc.rotate(pose_rot)  #-
    pc.translate(np.array(pose_lidar['translation']))  #!
    pc.translate(-np.array(pose_cam['translation']))  #!
    pc.rotate(cam_pose_rot.T)  #-
    rel = np.array(pose_lidar['translation']) - np.array(pose_cam['translation'])  #+
    pc.transform(transform_matrix(cam_pose_rot.T.dot(rel), cam_pose_rot.T.dot(pose_rot)))  #+

    pc.translate(-np.array(cs_cam['translation']))
    pc.rotate(cam_rot.T)
    return pc.points
