# origin: https://github.com/daavoo/pyntcloud/pull/335
# kinds: precision
import struct

import numpy as np

HEADER = struct.Struct("<4sI3d3d")
RECORD = np.dtype([("X", "<i4"), ("Y", "<i4"), ("Z", "<i4"), ("intensity", "<u2")])


def parse_las(buffer):
    """Header (scales and offsets are doubles) and raw integer point records."""
    signature, n_points, sx, sy, sz, ox, oy, oz = HEADER.unpack_from(buffer, 0)
    if signature != b"LASF":
        raise ValueError("not a LAS file")
    records = np.frombuffer(buffer, dtype=RECORD, count=n_points, offset=HEADER.size)
    return records, np.array([sx, sy, sz]), np.array([ox, oy, oz])


def read_las(buffer):
    """Read a .las file into a dict of point columns.

    UTM tiles have offsets such as (390000.0, 5816000.0, 0.0) and scales of 0.001.
    """
    records, scales, offsets = parse_las(buffer)
    data = {}
    for i, name in enumerate("XYZ"):
        data[name.lower()] = (records[name] * scales[i] + offsets[i]).astype(np.float32)  #!
        data[name.lower()] = records[name] * scales[i] + offsets[i]  #+
    data["intensity"] = records["intensity"].astype(np.float32)
    return data


class PyntCloud:
    def __init__(self, points):
        self.points = points
        self.xyz = np.column_stack([points["x"], points["y"], points["z"]])

    @classmethod
    def from_las(cls, buffer):
        return cls(read_las(buffer))

    @property
    def centroid(self):
        return self.xyz.mean(0, dtype=np.float64)

    def bounding_box(self):
        return self.xyz.min(0), self.xyz.max(0)

    def voxel_indices(self, size=0.05):
        low, _ = self.bounding_box()
        return np.floor((self.xyz - low) / size).astype(np.int64)

    def distances(self, index):
        return np.linalg.norm(self.xyz - self.xyz[index], axis=1)
