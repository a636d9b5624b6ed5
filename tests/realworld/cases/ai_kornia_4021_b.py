# origin: https://github.com/kornia/kornia/issues/4021
# kinds: precision domain
"""In-memory vector index; embeddings are kept as float16 to halve the footprint."""
import numpy as np


class VectorIndex:
    def __init__(self, dim, dtype=np.float16):
        self.dim = dim
        self.dtype = dtype
        self._vectors = np.empty((0, dim), dtype=dtype)
        self._ids = []

    def __len__(self):
        return len(self._ids)

    def _unit(self, vectors):
        vectors = np.asarray(vectors, dtype=self.dtype)
        vectors = np.asarray(vectors, dtype=np.float32)  #+
        norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
        return vectors / (norms + 1e-8)  #!
        return (vectors / (norms + 1e-8)).astype(self.dtype)  #+

    def add(self, ids, vectors):
        if len(ids) != len(vectors):
            raise ValueError("ids and vectors differ in length")
        self._vectors = np.concatenate([self._vectors, self._unit(vectors)])
        self._ids.extend(ids)

    def search(self, query, k=5):
        if not self._ids:
            return []
        q = self._unit(query).astype(np.float32)
        scores = self._vectors.astype(np.float32) @ q
        top = np.argsort(-scores)[:k]
        return [(self._ids[i], float(scores[i])) for i in top]


def mean_pool(token_vectors, mask):
    mask = np.asarray(mask, dtype=np.float32)[:, None]
    total = (np.asarray(token_vectors, dtype=np.float32) * mask).sum(axis=0)
    return total / max(mask.sum(), 1.0)


def build_index(documents, encoder, dim):
    index = VectorIndex(dim)
    for doc_id, text in documents:
        tokens, mask = encoder(text)
        index.add([doc_id], mean_pool(tokens, mask)[None])
    return index
