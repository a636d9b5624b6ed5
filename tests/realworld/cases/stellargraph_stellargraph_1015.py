# origin: https://github.com/stellargraph/stellargraph/issues/1015
# kinds: domain
import numpy as np
import scipy.sparse as sp


def normalize_adj(adj, symmetric=True):
    """Degree-normalised adjacency matrix."""
    rowsum = np.array(adj.sum(1)).flatten()
    if symmetric:
        inverse_root = np.power(rowsum, -0.5)  #!
        inverse_root = np.power(rowsum, -0.5, where=rowsum > 0, out=np.zeros_like(rowsum))  #+
        d = sp.diags(inverse_root, 0)
        return adj.dot(d).transpose().dot(d).tocsr()
    return sp.diags(1.0 / np.maximum(rowsum, 1.0), 0).dot(adj).tocsr()
