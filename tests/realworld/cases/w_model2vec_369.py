# origin: https://github.com/MinishLab/model2vec/pull/369
# kinds: underflow domain precision
import numpy as np


class StaticModel:
    def __init__(self, vectors, tokenizer, normalize=True):
        self.embedding = vectors.astype(np.float16)
        self.tokenizer = tokenizer
        self.normalize = normalize

    @property
    def dim(self):
        return self.embedding.shape[1]

    def _encode_batch(self, sentences):
        out = []
        for ids in self.tokenizer(sentences):
            if len(ids):
                emb = self.embedding[ids].mean(axis=0)
            else:
                emb = np.zeros(self.dim, dtype=self.embedding.dtype)
            out.append(emb)
        out = np.stack(out)
        if self.normalize:
            norm = np.linalg.norm(out, axis=1, keepdims=True) + 1e-32  #!
            out = out / norm  #-
            norm = np.linalg.norm(out.astype(np.float32), axis=1, keepdims=True)  #+
            out = (out / np.maximum(norm, 1e-32)).astype(out.dtype)  #+
        return out

    def encode(self, sentences, batch_size=1024):
        if isinstance(sentences, str):
            sentences = [sentences]
        parts = []
        for start in range(0, len(sentences), batch_size):
            parts.append(self._encode_batch(sentences[start : start + batch_size]))
        return np.concatenate(parts, axis=0)
