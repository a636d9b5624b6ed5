# origin: https://github.com/meta-llama/llama/issues/1048
# kinds: overflow
import json
from pathlib import Path

import numpy as np


class EmbeddingStore:
    """Flat on-disk index of image descriptors, kept in half precision to save space."""

    def __init__(self, root):
        self.root = Path(root)
        self.meta = json.loads((self.root / "meta.json").read_text())
        self.vectors = np.memmap(
            self.root / "vectors.f16",
            dtype=np.float16,
            mode="r",
            shape=(self.meta["count"], self.meta["dim"]),
        )

    @staticmethod
    def unit_rows(block):
        scale = np.sqrt(np.sum(np.square(block), axis=1, keepdims=True))  #!
        block = block.astype(np.float32)  #+
        scale = np.sqrt(np.sum(np.square(block), axis=1, keepdims=True))  #+
        return block / np.maximum(scale, np.finfo(block.dtype).tiny)

    def blocks(self, size=8192):
        for start in range(0, self.meta["count"], size):
            yield start, np.asarray(self.vectors[start:start + size])

    def search(self, query, k=10):
        query = self.unit_rows(np.asarray(query, dtype=np.float16)[None])[0]
        best_scores = np.full(0, -1.0, dtype=np.float32)
        best_ids = np.full(0, -1, dtype=np.int64)
        for start, block in self.blocks():
            scores = (self.unit_rows(block) @ query).astype(np.float32)
            ids = np.arange(start, start + len(block))
            best_scores = np.concatenate([best_scores, scores])
            best_ids = np.concatenate([best_ids, ids])
            order = np.argsort(-best_scores, kind="stable")[:k]
            best_scores, best_ids = best_scores[order], best_ids[order]
        return best_ids, best_scores


def write_store(root, descriptors):
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    descriptors.astype(np.float16).tofile(root / "vectors.f16")
    meta = {"count": int(descriptors.shape[0]), "dim": int(descriptors.shape[1])}
    (root / "meta.json").write_text(json.dumps(meta))
