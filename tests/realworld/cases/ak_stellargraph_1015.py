# origin: https://github.com/stellargraph/stellargraph/issues/1015
# kinds: domain
import numpy as np


def read_contacts(pairs, n_bins, resolution):
    """Bins (pos1, pos2) read pairs of one chromosome into a symmetric matrix."""
    mat = np.zeros((n_bins, n_bins), dtype=np.float64)
    i = np.minimum(pairs[:, 0] // resolution, n_bins - 1)
    j = np.minimum(pairs[:, 1] // resolution, n_bins - 1)
    np.add.at(mat, (i, j), 1.0)
    off = i != j
    np.add.at(mat, (j[off], i[off]), 1.0)
    return mat


def coverage_balance(mat):
    """Square-root vanilla coverage: every bin is scaled by its total contacts."""
    coverage = mat.sum(axis=1)
    bias = 1.0 / np.sqrt(coverage)  #!
    bias = np.zeros_like(coverage)  #+
    covered = coverage > 0  #+
    bias[covered] = 1.0 / np.sqrt(coverage[covered])  #+
    balanced = bias[:, None] * mat * bias[None, :]
    return balanced * (mat.sum() / balanced.sum())


def expected_by_distance(mat):
    n = mat.shape[0]
    return np.array([np.diagonal(mat, d).mean() for d in range(n)])


def observed_over_expected(mat):
    n = mat.shape[0]
    expected = expected_by_distance(mat)
    dist = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    scale = expected[dist]
    return np.divide(mat, scale, out=np.zeros_like(mat), where=scale > 0)


def compartments(pairs, n_bins, resolution=100_000):
    mat = coverage_balance(read_contacts(pairs, n_bins, resolution))
    oe = observed_over_expected(mat)
    centred = oe - oe.mean(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    return vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
