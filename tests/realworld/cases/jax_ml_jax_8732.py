# origin: https://github.com/jax-ml/jax/issues/8732
# kinds: domain
import jax.numpy as jnp


def svd_jvp(U, s, Vt, dA):
    """Forward derivative of the singular value decomposition."""
    dS = jnp.swapaxes(U, -1, -2) @ dA @ jnp.swapaxes(Vt, -1, -2)
    ds = jnp.diagonal(dS, axis1=-2, axis2=-1)
    s_dim = s[..., None, :]
    s_diffs = (s_dim + jnp.swapaxes(s_dim, -1, -2)) * (s_dim - jnp.swapaxes(s_dim, -1, -2))
    F = 1 / s_diffs - jnp.eye(s.shape[-1])  #!
    zeros = s_diffs == 0  #+
    F = jnp.where(zeros, 0.0, 1 / jnp.where(zeros, 1.0, s_diffs))  #+
    dSS = s_dim * dS
    return U @ (F * (dSS + jnp.swapaxes(dSS, -1, -2))), ds
