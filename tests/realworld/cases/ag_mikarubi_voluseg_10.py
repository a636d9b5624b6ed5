# origin: https://github.com/mikarubi/voluseg/issues/10
# kinds: domain
import numpy as np


def initialize_components(n_voxels, n_components, rng):
    weights = rng.random((n_voxels, n_components))
    return np.sqrt(weights)


def nnmf_sparse(V, n_components, n_iter=50, miniter=10, tolfun=1e-4, seed=0):
    """Sparseness-projected nonnegative matrix factorization of one volume block.

    V: voxel timeseries, shape (n_voxels, n_timepoints)
    """
    rng = np.random.default_rng(seed)
    n, t = V.shape
    timeseries_mean = V.mean(0)
    timeseries_mean = timeseries_mean.mean()

    W = initialize_components(n, n_components, rng)
    H = np.maximum(0, np.linalg.lstsq(W, V, rcond=None)[0])
    dnorm_prev = np.full(2, np.inf)

    for ii in range(n_iter):
        norms = H.mean(1)[:, None]  #+
        H *= timeseries_mean / np.where(norms > 0, norms, 1.0)  #+
        H *= (timeseries_mean / H.mean(1)[:, None])  #!
        W_pred = np.linalg.lstsq(H.T, V.T, rcond=None)[0].T
        W = np.maximum(0, W_pred)

        H = np.maximum(0, np.linalg.lstsq(W, V, rcond=None)[0])

        dnorm = np.sqrt(np.mean((V - W @ H) ** 2))
        diffs = np.abs(dnorm - dnorm_prev)
        if ii > miniter and (diffs < tolfun).all():
            break
        dnorm_prev[1] = dnorm_prev[0]
        dnorm_prev[0] = dnorm

    return W, H, dnorm


def collect_blocks(blocks, n_components=8):
    cells = []
    for voxel_timeseries in blocks:
        baseline = voxel_timeseries.min()
        W, H, dnorm = nnmf_sparse(voxel_timeseries - baseline + 1.0, n_components)
        for component in range(H.shape[0]):
            cells.append((W[:, component], H[component]))
    return cells
