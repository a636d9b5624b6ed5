# origin: https://github.com/stellargraph/stellargraph/issues/1015
# kinds: domain
import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import ArpackNoConvergence, eigsh


def normalize_adj(adj, symmetric=True, add_self_loops=False):
    """
    Normalize adjacency matrix.

    Args:
        adj: adjacency matrix
        symmetric: True if symmetric normalization or False if left-only normalization
        add_self_loops: True if self loops are to be added before normalization

    Returns:
        Return a sparse normalized adjacency matrix.
    """
    if add_self_loops:
        adj = adj + sp.diags(np.ones(adj.shape[0]) - adj.diagonal())
    degree = np.array(adj.sum(1), dtype=float).flatten()
    connected = degree > 0  #+
    safe_degree = np.where(connected, degree, 1.0)  #+

    if symmetric:
        d = sp.diags(np.power(degree, -0.5), 0)  #!
        d = sp.diags(np.where(connected, safe_degree ** -0.5, 0.0), 0)  #+
        a_norm = adj.dot(d).transpose().dot(d).tocsr()
    else:
        d = sp.diags(np.power(degree, -1.0), 0)  #!
        d = sp.diags(np.where(connected, 1.0 / safe_degree, 0.0), 0)  #+
        a_norm = d.dot(adj).tocsr()
    return a_norm


def normalized_laplacian(adj, symmetric=True):
    adj_normalized = normalize_adj(adj, symmetric)
    return sp.eye(adj.shape[0]) - adj_normalized


def calculate_laplacian(adj):
    return normalized_laplacian(adj)


def rescale_laplacian(laplacian):
    """Scale graph Laplacian by the largest eigenvalue of normalized graph Laplacian."""
    try:
        largest_eigval = eigsh(laplacian, 1, which="LM", return_eigenvectors=False)[0]
    except ArpackNoConvergence:
        # convergence is slow for large graphs; the eigenvalues are bounded by 2
        largest_eigval = 2
    return (2.0 / largest_eigval) * laplacian - sp.eye(laplacian.shape[0])


def prune_weak_edges(adj, min_weight):
    """Set the weights below min_weight to zero, keeping the sparsity pattern."""
    adj = adj.tocsr(copy=True)
    adj.data[adj.data < min_weight] = 0.0
    return adj


def gcn_aggregate(features, adj, steps=2, min_weight=0.05):
    a = normalize_adj(prune_weak_edges(adj, min_weight), symmetric=True)
    for _ in range(steps):
        features = a.dot(features)
    return features
