# origin: https://github.com/stellargraph/stellargraph/issues/1015
# kinds: domain
import numpy as np
import scipy.sparse as sps


class GraphPreProcessing:
    """Prepares features and the adjacency matrix for GCN."""

    def __init__(self, method="gcn", symmetric=True):
        self.method = method
        self.symmetric = symmetric

    def __call__(self, features, adjacency, **kwargs):
        if self.method != "gcn":
            return features, adjacency
        return features, self.normalize_adj(adjacency, symmetric=self.symmetric, **kwargs)

    def normalize_adj(self, adj, symmetric=True, add_self_loops=False):
        if add_self_loops:
            adj = adj + sps.diags(np.ones(adj.shape[0]) - adj.diagonal())
        rowsum = np.array(adj.sum(1)).flatten()
        power = -0.5 if symmetric else -1.0
        d = np.float_power(rowsum, power)  #!
        d = np.float_power(np.maximum(rowsum, 1e-12), power)  #+
        scale = sps.diags(d, 0)
        return adj.dot(scale).transpose().dot(scale).tocsr() if symmetric else scale.dot(adj).tocsr()
