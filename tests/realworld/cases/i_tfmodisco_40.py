# origin: https://github.com/kundajelab/tfmodisco/pull/40
# kinds: domain cancellation
import numpy as np


class PearsonToDistance:
    """Distances between motifs from the correlations of their contribution scores."""

    def __init__(self, verbose=False):
        self.verbose = verbose

    def _standardise(self, rows):
        rows = rows - rows.mean(axis=1, keepdims=True)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)

    def __call__(self, rows):
        z = self._standardise(rows)
        cosine = z @ z.T
        cosine = np.clip(cosine, -1.0, 1.0)  #+
        angles = np.arccos(cosine)  #*
        if self.verbose:
            print("distances from", angles.min(), "to", angles.max())
        return angles / np.pi


def cluster(rows, agglomerate, threshold=0.2):
    distances = PearsonToDistance()(rows)
    return agglomerate(distances, threshold)
