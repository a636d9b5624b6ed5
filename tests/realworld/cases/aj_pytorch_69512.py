# origin: https://github.com/pytorch/pytorch/issues/69512
# kinds: overflow
from pathlib import Path

import numpy as np


def load_counts(path, target_sum=1e4):
    """Cells x genes counts, library-size normalised; kept in half to fit in memory."""
    counts = np.load(Path(path), mmap_mode="r")
    out = np.empty(counts.shape, dtype=np.float16)
    for start in range(0, counts.shape[0], 4096):
        block = np.asarray(counts[start : start + 4096], dtype=np.float32)
        depth = np.maximum(block.sum(axis=1, keepdims=True), 1.0)
        out[start : start + 4096] = np.log1p(block / depth * target_sum)
    return out


def correlate(query, reference):
    """Pearson correlation of one expression profile with each row of reference."""
    query = query.astype(np.float32)  #+
    reference = reference.astype(np.float32)  #+
    q = query - query.mean()
    r = reference - reference.mean(axis=1, keepdims=True)
    cross = (r * q).sum(axis=1)
    norm = np.sqrt((r * r).sum(axis=1) * (q * q).sum())  #!
    norm = np.sqrt((r * r).sum(axis=1)) * np.sqrt((q * q).sum())  #+
    return np.divide(cross, norm, out=np.zeros_like(cross), where=norm > 0)


class CellTypeAnnotator:
    def __init__(self, profiles, names, min_corr=0.3):
        self.profiles = np.asarray(profiles, dtype=np.float16)
        self.names = list(names)
        self.min_corr = min_corr

    def annotate(self, cells):
        labels, scores = [], []
        for cell in cells:
            corr = correlate(cell, self.profiles)
            best = int(np.argmax(corr))
            score = float(corr[best])
            labels.append(self.names[best] if score >= self.min_corr else "unassigned")
            scores.append(score)
        return labels, np.array(scores, dtype=np.float32)

    def composition(self, cells):
        labels, _ = self.annotate(cells)
        values, counts = np.unique(labels, return_counts=True)
        return dict(zip(values.tolist(), (counts / counts.sum()).tolist()))
