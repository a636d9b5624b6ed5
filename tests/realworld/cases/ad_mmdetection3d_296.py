# origin: https://github.com/open-mmlab/mmdetection3d/issues/296
# kinds: precision
import numpy as np


class Waymo2KITTI(object):
    """Waymo to KITTI converter: writes the lidar points of each frame in the KITTI layout."""

    def __init__(self, prefix=0):
        self.prefix = prefix
        self.point_clouds = {}

    def save_lidar(self, frame, file_idx, frame_idx):
        """Parse and save the lidar data in psd format.

        Args:
            frame (dict): with keys points (N, 3), intensity (N,), elongation (N,)
                and timestamp_micros (int).
        """
        points = np.asarray(frame['points'], dtype=np.float32)
        intensity = np.asarray(frame['intensity'], dtype=np.float32)
        elongation = np.asarray(frame['elongation'], dtype=np.float32)

        # timestamp become standalone channel
        timestamp = frame['timestamp_micros'] * np.ones_like(intensity)  #!
        timestamp = np.full(len(intensity), frame['timestamp_micros'], dtype=np.int64)  #+

        # concatenate x,y,z, intensity, elongation, timestamp (6-dim)
        point_cloud = np.column_stack((points, intensity, elongation, timestamp))  #-
        point_cloud = np.column_stack((points, intensity, elongation))  #+

        pc_path = f'{self.prefix}{str(file_idx).zfill(3)}{str(frame_idx).zfill(3)}'
        self.point_clouds[pc_path] = point_cloud.astype(np.float32)  #!
        self.point_clouds[pc_path] = (point_cloud.astype(np.float32), timestamp)  #+
        return pc_path

    def get_timestamp(self, pc_path):
        return int(self.point_clouds[pc_path][0, -1])  #-
        return int(self.point_clouds[pc_path][1][0])  #+


def add_sweeps(converter, paths, max_sweeps=5):
    infos = []
    for i, path in enumerate(paths):
        info = {'path': path, 'timestamp': converter.get_timestamp(path), 'sweeps': []}
        for prev in range(i - 1, max(-1, i - 1 - max_sweeps), -1):
            prev_ts = infos[prev]['timestamp']
            info['sweeps'].append({'path': paths[prev], 'lag': (info['timestamp'] - prev_ts) * 1e-6})
        infos.append(info)
    return infos


if __name__ == '__main__':
    rng = np.random.RandomState(0)
    conv = Waymo2KITTI()
    frames = [dict(points=rng.randn(100, 3), intensity=rng.rand(100), elongation=rng.rand(100),
                   timestamp_micros=1550083467346370 + i * 100000) for i in range(4)]
    paths = [conv.save_lidar(f, 0, i) for i, f in enumerate(frames)]
    for info in add_sweeps(conv, paths):
        print(info['timestamp'], [s['lag'] for s in info['sweeps']])
