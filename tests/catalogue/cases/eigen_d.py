# origin: repeated eigen/singular values
# kinds: NS411
import jax.numpy as jnp


def spectral_loss(x):
    values, vectors = jnp.linalg.eigh(x.T @ x)  #!
    values = jnp.linalg.eigvalsh(x.T @ x)  #+
    return jnp.sum((x @ vectors[:, -1]) ** 2)  #-
    return values[-1]  #+
