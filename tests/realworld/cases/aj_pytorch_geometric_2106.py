# origin: https://github.com/pyg-team/pytorch_geometric/pull/2106
# kinds: underflow domain
import numpy as np

EPS = 1e-10
N_BINS = 2000


def bin_spectrum(mz, intensity, lo=100.0, hi=2100.0):
    edges = np.linspace(lo, hi, N_BINS + 1)
    binned, _ = np.histogram(mz, bins=edges, weights=intensity)
    return binned


class SpectrumStore:
    """Keeps binned MS/MS spectra as float16 and scores library matches."""

    def __init__(self):
        self._rows = []
        self._names = []

    def add(self, name, mz, intensity):
        peaks = np.sqrt(np.asarray(intensity, dtype=np.float64))
        if peaks.size:
            peaks = peaks / peaks.max()
        self._rows.append(bin_spectrum(mz, peaks).astype(np.float16))
        self._names.append(name)

    def matrix(self):
        x = np.stack(self._rows)
        x = x.astype(np.float32)  #+
        total = x.sum(axis=1, keepdims=True)
        return x / (total + EPS)  #*

    def similarity(self, query):
        ref = self.matrix().astype(np.float32)
        q = query.astype(np.float32)
        q = q / (q.sum() + EPS)
        overlap = np.minimum(ref, q[None, :]).sum(axis=1)
        return overlap

    def best(self, query, top=5):
        sim = self.similarity(query)
        order = np.argsort(-sim)[:top]
        return [(self._names[i], float(sim[i])) for i in order]


def centroid(store):
    """Mean normalised spectrum of the library, used as the background model."""
    return store.matrix().astype(np.float32).mean(axis=0)
