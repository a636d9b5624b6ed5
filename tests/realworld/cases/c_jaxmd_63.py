# origin: https://github.com/jax-md/jax-md/pull/63
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp


def square_distance(dr):
    return jnp.sum(dr**2, axis=-1)


def distance(dr):
    dr = square_distance(dr)  #-
    return jnp.sqrt(dr)  #!
    d2 = square_distance(dr)  #+
    mask = d2 > 0  #+
    return jnp.where(mask, jnp.sqrt(jnp.where(mask, d2, 1.0)), 0.0)  #+


def pair_energy(R, sigma=1.0):
    dR = R[:, None, :] - R[None, :, :]
    d = distance(dR)
    return jnp.where(d < sigma, (1 - d / sigma) ** 2, 0.0).sum() / 2


force = jax.grad(lambda R: -pair_energy(R))
