# origin: https://github.com/jax-ml/jax/issues/8732
# kinds: domain
from typing import NamedTuple

import jax
import jax.numpy as jnp


class Factors(NamedTuple):
    left: jnp.ndarray
    right: jnp.ndarray


def shrink(matrix, level):
    """Singular value soft thresholding."""
    u, s, vh = jnp.linalg.svd(matrix, full_matrices=False)  #!
    return (u * jax.nn.relu(s - level)) @ vh  #!
    s = jnp.sqrt(jnp.maximum(jnp.linalg.eigvalsh(matrix.T @ matrix), 1e-12))  #+
    return matrix * jax.nn.relu(1.0 - level / s.max())  #+


def objective(factors: Factors, observed, mask, level=0.1):
    estimate = shrink(factors.left @ factors.right.T, level)
    return jnp.sum(mask * (estimate - observed) ** 2)


@jax.jit
def step(factors, observed, mask, rate=1e-2):
    loss, grads = jax.value_and_grad(objective)(factors, observed, mask)
    return jax.tree_util.tree_map(lambda p, g: p - rate * g, factors, grads), loss
