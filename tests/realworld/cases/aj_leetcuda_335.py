# origin: https://github.com/xlite-dev/LeetCUDA/pull/335
# kinds: overflow
from pathlib import Path

import numpy as np


class DescriptorFile:
    """Memory-mapped (n, d) float16 file of local image descriptors (0..255 per entry)."""

    def __init__(self, path, dim=128):
        self.path = Path(path)
        self.dim = dim
        self.data = np.memmap(self.path, dtype=np.float16, mode="r").reshape(-1, dim)

    def __len__(self):
        return self.data.shape[0]

    def blocks(self, size=65536):
        for start in range(0, len(self), size):
            yield start, np.asarray(self.data[start : start + size])


def row_norms(block):
    return np.sqrt(np.sum(np.square(block), axis=1, keepdims=True))  #!
    wide = block.astype(np.float32)  #+
    return np.sqrt(np.sum(np.square(wide), axis=1, keepdims=True))  #+


def normalized(block):
    norms = row_norms(block)
    norms[norms == 0] = 1
    return block / norms


def build_vocabulary(path, n_words=256, n_iter=10, seed=0):
    """Spherical k-means over unit descriptors."""
    store = DescriptorFile(path)
    rng = np.random.default_rng(seed)
    first = normalized(next(store.blocks())[1]).astype(np.float32)
    words = first[rng.choice(len(first), n_words, replace=False)]
    for _ in range(n_iter):
        sums = np.zeros((n_words, store.dim), dtype=np.float64)
        for _, block in store.blocks():
            unit = normalized(block).astype(np.float32)
            assign = np.argmax(unit @ words.T, axis=1)
            np.add.at(sums, assign, unit)
        scale = np.linalg.norm(sums, axis=1, keepdims=True)
        keep = scale[:, 0] > 0
        words[keep] = (sums[keep] / scale[keep]).astype(np.float32)
    return words


def match(query, words, top=5):
    scores = normalized(query).astype(np.float32) @ words.T
    return np.argsort(-scores, axis=1)[:, :top]
