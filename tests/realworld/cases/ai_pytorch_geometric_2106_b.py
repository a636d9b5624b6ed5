# origin: https://github.com/pyg-team/pytorch_geometric/pull/2106
# kinds: precision domain
import json
from pathlib import Path

import numpy as np


class EmbeddingIndex:
    """Brute-force cosine index; vectors are kept as float16 to halve the memory."""

    def __init__(self, dim):
        self.dim = dim
        self.vectors = np.empty((0, dim), dtype=np.float16)
        self.ids = []

    def add(self, ids, vectors):
        vectors = np.asarray(vectors, dtype=np.float16)
        self.vectors = np.concatenate([self.vectors, self._unit(vectors)])
        self.ids.extend(ids)

    @staticmethod
    def _unit(vectors):
        norms = np.sqrt(np.sum(vectors * vectors, axis=1, keepdims=True))  #-
        return vectors / (norms + 1e-12)  #!
        v = vectors.astype(np.float32)  #+
        norms = np.sqrt(np.sum(v * v, axis=1, keepdims=True))  #+
        return (v / (norms + 1e-12)).astype(np.float16)  #+

    def search(self, query, k=10):
        q = self._unit(np.asarray(query, dtype=np.float16).reshape(1, -1))[0]
        scores = self.vectors.astype(np.float32) @ q.astype(np.float32)
        order = np.argsort(-scores)[:k]
        return [(self.ids[i], float(scores[i])) for i in order]

    def save(self, folder):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", self.vectors)
        (folder / "ids.json").write_text(json.dumps(self.ids))


def embed_documents(docs, word_vectors, dim):
    """Mean of the word vectors; documents without a known word stay at zero."""
    out = np.zeros((len(docs), dim), dtype=np.float16)
    for i, doc in enumerate(docs):
        known = [word_vectors[w] for w in doc.split() if w in word_vectors]
        if known:
            out[i] = np.mean(known, axis=0)
    return out
