# origin: https://github.com/xlite-dev/LeetCUDA/pull/335
# kinds: overflow
import os

import numpy as np


class DescriptorIndex:
    """Flat index of SIFT descriptors, kept in half precision to save memory."""

    def __init__(self, dim=128):
        self.dim = dim
        self._blocks = []
        self._image_ids = []

    def add(self, image_id, descriptors):
        descriptors = np.asarray(descriptors, dtype=np.float16)
        if descriptors.ndim != 2 or descriptors.shape[1] != self.dim:
            raise ValueError(f"expected (n, {self.dim}) descriptors, got {descriptors.shape}")
        self._blocks.append(self.normalize(descriptors))
        self._image_ids.append(np.full(len(descriptors), image_id))

    @staticmethod
    def normalize(descriptors, eps=1e-3):
        squared = np.square(descriptors).sum(axis=1, keepdims=True)  #!
        squared = np.square(descriptors.astype(np.float32)).sum(axis=1, keepdims=True)  #+
        length = np.sqrt(squared)
        return (descriptors / np.maximum(length, eps)).astype(np.float16)

    @property
    def matrix(self):
        return np.concatenate(self._blocks, axis=0)

    @property
    def image_ids(self):
        return np.concatenate(self._image_ids)

    def match(self, descriptors, ratio=0.8):
        """Ratio test of Lowe, returns the number of votes for each image."""
        query = self.normalize(np.asarray(descriptors, dtype=np.float16)).astype(np.float32)
        similarity = query @ self.matrix.astype(np.float32).T
        distance = np.arccos(np.clip(similarity, -1.0, 1.0))
        nearest = np.argpartition(distance, 1, axis=1)[:, :2]
        rows = np.arange(len(query))
        d = np.sort(distance[rows[:, None], nearest], axis=1)
        best = nearest[rows, np.argmin(distance[rows[:, None], nearest], axis=1)]
        good = d[:, 0] < ratio * d[:, 1]
        return np.bincount(self.image_ids[best[good]], minlength=len(self._blocks))

    def save(self, path):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        np.savez_compressed(path, matrix=self.matrix, image_ids=self.image_ids)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    index = DescriptorIndex()
    images = [rng.gamma(0.6, 45.0, size=(400, 128)).clip(0, 255) for _ in range(5)]
    for i, desc in enumerate(images):
        index.add(i, desc)
    probe = images[3][:100] + rng.normal(0, 4.0, size=(100, 128))
    print("votes", index.match(probe.clip(0, 255)))
