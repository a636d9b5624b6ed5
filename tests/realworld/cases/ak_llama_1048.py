# origin: https://github.com/meta-llama/llama/issues/1048
# kinds: overflow
import json
from pathlib import Path

import numpy as np


class EmbeddingStore:
    """Flat cosine index; vectors are kept as float16 to save memory."""

    def __init__(self, dim):
        self.dim = dim
        self._vectors = np.empty((0, dim), dtype=np.float16)
        self._ids = []

    def __len__(self):
        return len(self._ids)

    def add(self, ids, vectors):
        vectors = np.asarray(vectors, dtype=np.float16)
        if vectors.shape[1] != self.dim:
            raise ValueError(f"expected {self.dim} columns, got {vectors.shape[1]}")
        self._vectors = np.concatenate([self._vectors, vectors])
        self._ids.extend(ids)

    def _unit(self, block):
        block = block.astype(np.float32)  #+
        lengths = np.sqrt((block ** 2).sum(axis=1, keepdims=True))  #*
        return block / np.maximum(lengths, 1e-4)

    def search(self, query, k=10, chunk=65536):
        query = np.asarray(query, dtype=np.float32)
        query = query / np.linalg.norm(query)
        scores = np.empty(len(self), dtype=np.float32)
        for start in range(0, len(self), chunk):
            block = self._unit(self._vectors[start:start + chunk])
            scores[start:start + chunk] = block.astype(np.float32) @ query
        k = min(k, len(self))
        top = np.argpartition(-scores, k - 1)[:k]
        top = top[np.argsort(-scores[top])]
        return [(self._ids[i], float(scores[i])) for i in top]

    def save(self, folder):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", self._vectors)
        (folder / "ids.json").write_text(json.dumps(self._ids))
