# origin: https://github.com/stellargraph/stellargraph/issues/1015
# kinds: domain
import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import ArpackNoConvergence, eigsh


def GCN_Aadj_feats_op(features, A, k=1, method="gcn"):
    """
    Preprocess the features and the adjacency matrix for the spectral layers.

    Args:
        features: node features as a numpy array
        A: adjacency matrix in scipy sparse format
        k (int or None): polynomial order for the Chebyshev filter
        method (str): one of gcn, chebyshev, sgc
    """
    A = A + A.T.multiply(A.T > A) - A.multiply(A.T > A)

    if method == "gcn":
        A = preprocess_adj(A)
    elif method == "chebyshev":
        T_k = chebyshev_polynomial(rescale_laplacian(normalized_laplacian(A)), k)
        return features, T_k
    elif method == "sgc":
        A = preprocess_adj(A)
        A = A ** k
    else:
        raise ValueError("Undefined method for adjacency matrix transformation: {}".format(method))
    return features, A


def normalize_adj(adj, symmetric=True):
    """
    Normalize the adjacency matrix by node degree.
    """
    rowsum = np.array(adj.sum(1)).ravel()
    power = -0.5 if symmetric else -1
    scale = np.float_power(rowsum, power)  #!
    scale = np.zeros_like(rowsum, dtype=float)  #+
    np.float_power(rowsum, power, out=scale, where=rowsum > 0)  #+
    d = sp.diags(scale)
    if symmetric:
        return adj.dot(d).transpose().dot(d).tocsr()
    return d.dot(adj).tocsr()


def normalized_laplacian(adj, symmetric=True):
    return sp.eye(adj.shape[0]) - normalize_adj(adj, symmetric)


def preprocess_adj(adj, symmetric=True):
    adj = adj + sp.diags(np.ones(adj.shape[0]) - adj.diagonal())
    return normalize_adj(adj, symmetric)


def rescale_laplacian(laplacian):
    try:
        largest_eigval = eigsh(laplacian, 1, which="LM", return_eigenvectors=False)[0]
    except ArpackNoConvergence:
        largest_eigval = 2
    return (2.0 / largest_eigval) * laplacian - sp.eye(laplacian.shape[0])


def chebyshev_polynomial(X, k):
    T_k = [sp.eye(X.shape[0]).tocsr(), X]
    for _ in range(2, k + 1):
        T_k.append(2 * sp.csr_matrix(X, copy=True).dot(T_k[-1]) - T_k[-2])
    return T_k
