# origin: https://github.com/jax-ml/jax/issues/654
# kinds: domain
import jax
import jax.numpy as np


def distance(ri, rj):
    dij = np.linalg.norm(ri - rj, axis=-1)  #!
    gap = np.sum((ri - rj) ** 2, axis=-1)  #+
    dij = np.where(gap > 0, np.sqrt(np.where(gap > 0, gap, 1.0)), 0.0)  #+
    return dij


def pairwise(conf, charges):
    ri = np.expand_dims(conf, 0)
    rj = np.expand_dims(conf, 1)
    dij = distance(ri, rj)
    qij = np.multiply(np.expand_dims(charges, 0), np.expand_dims(charges, 1))
    keep_mask = 1 - np.eye(conf.shape[0])
    qij = np.where(keep_mask, qij, np.zeros_like(qij))
    safe = np.where(keep_mask, dij, 1.0)
    return np.sum(np.where(keep_mask, qij / safe, 0.0))


hessian = jax.jacfwd(jax.jacrev(pairwise))
