# origin: https://github.com/jax-ml/jax/issues/3407
# kinds: domain
import jax
import jax.numpy as np


def f(x):
    ri = np.expand_dims(x, 0)
    rj = np.expand_dims(x, 1)
    dxdydz = np.power(ri - rj, 2)
    dij = np.sqrt(np.sum(dxdydz, axis=-1))  #!
    keep_mask = 1 - np.eye(x.shape[0])
    d2 = np.sum(dxdydz, axis=-1)  #+
    dij = np.sqrt(np.where(keep_mask, d2, 1.0))  #+
    eij = np.where(keep_mask, 1.0 / np.where(keep_mask, dij, 1.0), 0.0)
    return np.sum(eij)


df = jax.grad(f)
