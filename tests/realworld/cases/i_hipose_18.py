# origin: https://github.com/lyltc1/HiPose/issues/18
# kinds: domain
import json

import numpy as np


def generate_new_corres_dict_and_region(path, mesh_points, region_bit=10):
    """Groups the surface points of a mesh by the first bits of their code."""
    with open(path) as f:
        codes = np.array(json.load(f))
    shift = 16 - region_bit
    result = {}
    for key in range(2**region_bit):
        chosen = (codes >> shift) == key
        if not chosen.any():  #+
            continue  #+
        center = mesh_points[chosen].mean()  #*
        result[key] = {"region": mesh_points[chosen], "center": center}
    return result


class CorrespondenceLookup:
    def __init__(self, path, mesh_points, region_bit=10):
        self.table = generate_new_corres_dict_and_region(path, mesh_points, region_bit)

    def centers(self, keys):
        return np.stack([self.table[k]["center"] for k in keys if k in self.table])
