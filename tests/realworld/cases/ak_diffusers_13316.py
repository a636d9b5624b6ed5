# origin: https://github.com/huggingface/diffusers/pull/13316
# kinds: underflow domain
import json
from pathlib import Path

import numpy as np


class EmbeddingStore:
    """Memory-mapped half-precision vectors with their document ids."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.vectors = np.load(self.folder / "vectors.npy", mmap_mode="r")
        self.ids = json.loads((self.folder / "ids.json").read_text())

    @staticmethod
    def write(folder, vectors, ids):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", vectors.astype(np.float16))
        (folder / "ids.json").write_text(json.dumps(ids))


def unit_rows(block, eps=1e-12):
    block = block.astype(np.float32)  #+
    length = np.linalg.norm(block, axis=1, keepdims=True)
    return block / (length.astype(block.dtype) + eps)  #*


def pool_tokens(tokens, keep):
    """Average token vectors; documents without any token give a zero row."""
    weight = keep.astype(np.float32)
    total = np.einsum("btd,bt->bd", tokens.astype(np.float32), weight)
    return (total / np.maximum(weight.sum(1, keepdims=True), 1.0)).astype(np.float16)


def search(store, query, k=10, block=65536):
    query = np.asarray(query, dtype=np.float32)
    query = query / max(float(np.linalg.norm(query)), 1e-6)
    scores = np.empty(len(store.ids), dtype=np.float32)
    for start in range(0, len(scores), block):
        rows = np.asarray(store.vectors[start : start + block])
        scores[start : start + block] = unit_rows(rows) @ query
    best = np.argsort(-scores)[:k]
    return [(store.ids[i], float(scores[i])) for i in best]
