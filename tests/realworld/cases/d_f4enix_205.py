# origin: https://github.com/Fusion4Energy/F4Enix/pull/205
# kinds: domain
import numpy as np


class DistanceKernel:
    def __call__(self, source_coord, dest_idx, dest_coords, interpolation, activity):
        distances = np.linalg.norm(dest_coords[dest_idx, :] - source_coord, axis=1)
        distances = np.maximum(distances, 1e-9)  #+
        max_distance = np.max(distances)
        weights = 1 / (distances / max_distance)  #*
        weights /= np.sum(weights)
        interpolation[dest_idx] += weights * activity
