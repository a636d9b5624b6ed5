# origin: https://github.com/MinishLab/model2vec/pull/369
# kinds: underflow domain
import numpy as np


class StaticEmbedder:
    """Mean of static token vectors, stored in half precision."""

    def __init__(self, vectors, vocabulary, normalize=True, weights=None):
        self.embedding = np.asarray(vectors).astype(np.float16)
        self.vocabulary = dict(vocabulary)
        self.normalize = normalize
        self.weights = None if weights is None else np.asarray(weights, dtype=np.float16)

    @property
    def dim(self):
        return self.embedding.shape[1]

    def tokenize(self, sentence, max_length=512):
        ids = [self.vocabulary[w] for w in sentence.lower().split() if w in self.vocabulary]
        return np.asarray(ids[:max_length], dtype=np.int64)

    def _encode_one(self, ids):
        if ids.size == 0:
            return np.zeros(self.dim, dtype=self.embedding.dtype)
        vectors = self.embedding[ids]
        if self.weights is not None:
            vectors = vectors * self.weights[ids][:, None]
        return vectors.mean(axis=0)

    def encode(self, sentences):
        out = np.stack([self._encode_one(self.tokenize(s)) for s in sentences])
        if self.normalize:
            norm = np.linalg.norm(out, axis=1, keepdims=True) + 1e-32  #!
            norm = np.linalg.norm(out.astype(np.float32), axis=1, keepdims=True) + 1e-32  #+
            out = out / norm  #*
        return out

    def similarity(self, a, b):
        return self.encode(a) @ self.encode(b).T
