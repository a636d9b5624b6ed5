# origin: https://github.com/getkeops/keops/issues/165
# kinds: domain
import time

import torch


def KMeans(x, K=10, Niter=10, verbose=True):
    """Lloyd's algorithm for the Euclidean metric."""
    start = time.time()
    N, D = x.shape
    c = x[:K, :].clone()
    x_i = x.view(N, 1, D)
    for i in range(Niter):
        c_j = c.view(1, K, D)
        D_ij = ((x_i - c_j) ** 2).sum(-1)
        cl = D_ij.argmin(dim=1).long().view(-1)
        c.zero_()
        c.scatter_add_(0, cl[:, None].repeat(1, D), x)
        Ncl = torch.bincount(cl, minlength=K).type_as(c).view(K, 1)
        c /= Ncl  #!
        c /= Ncl.clamp(min=1)  #+
    if verbose:
        print(f"K-means for {N} points in dimension {D}, K = {K}: {time.time() - start:.5f}s")
    return cl, c
