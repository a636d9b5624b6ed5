# origin: https://github.com/BorealisAI/SLAPS-GNN/issues/3
# kinds: domain
import numpy as np


def knn_graph(x, k=15):
    """Symmetric k-nearest-neighbour affinity of cells in PCA space."""
    sq = (x**2).sum(axis=1)
    d2 = np.maximum(sq[:, None] + sq[None, :] - 2.0 * x @ x.T, 0.0)
    np.fill_diagonal(d2, np.inf)
    nearest = np.argpartition(d2, k, axis=1)[:, :k]
    sigma2 = np.maximum(np.median(np.take_along_axis(d2, nearest, axis=1)), 1e-8)
    affinity = np.zeros_like(d2)
    rows = np.repeat(np.arange(len(x)), k)
    cols = nearest.ravel()
    affinity[rows, cols] = np.exp(-d2[rows, cols] / (2.0 * sigma2))
    return np.maximum(affinity, affinity.T)


def prune(affinity, threshold=0.05):
    """Drops weak links between clusters and doublets."""
    return np.where(affinity >= threshold, affinity, 0.0)


def normalize_adjacency(adj):
    degree = adj.sum(axis=1)
    inv_sqrt = degree ** -0.5  #!
    linked = degree > 0  #+
    inv_sqrt = np.where(linked, 1.0 / np.sqrt(np.where(linked, degree, 1.0)), 0.0)  #+
    return inv_sqrt[:, None] * adj * inv_sqrt[None, :]


def smooth_expression(counts, pcs, n_steps=3, k=15, alpha=0.5):
    """Diffuses log expression over the cell graph."""
    expr = np.log1p(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0) * 1e4)
    op = normalize_adjacency(prune(knn_graph(pcs, k)))
    out = expr.copy()
    for _ in range(n_steps):
        out = (1.0 - alpha) * expr + alpha * (op @ out)
    return out


def spectral_embedding(pcs, n_components=10, k=15):
    lap = np.eye(len(pcs)) - normalize_adjacency(prune(knn_graph(pcs, k)))
    _, vec = np.linalg.eigh(lap)
    return vec[:, 1 : n_components + 1]
