# origin: https://github.com/jax-ml/jax/issues/8732
# kinds: domain explosion
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax


def _T(x):
    return jnp.swapaxes(x, -1, -2)


def _extract_diagonal(x):
    return jnp.diagonal(x, axis1=-2, axis2=-1)


def _construct_diagonal(s):
    return s[..., None] * jnp.eye(s.shape[-1], dtype=s.dtype)


@jax.custom_jvp
def svd(A):
    U, s, Vt = jnp.linalg.svd(lax.stop_gradient(A), full_matrices=False)
    return s, U, Vt


@svd.defjvp
def _svd_jvp_rule(primals, tangents):
    A, = primals
    dA, = tangents
    s, U, Vt = svd(A)

    Ut, V = _T(U), _T(Vt)
    s_dim = s[..., None, :]
    dS = jnp.matmul(jnp.matmul(Ut, dA), V)
    ds = _extract_diagonal(dS)

    s_diffs = (s_dim + _T(s_dim)) * (s_dim - _T(s_dim))
    s_diffs_zeros = jnp.eye(s.shape[-1], dtype=A.dtype)  #-
    F = 1 / (s_diffs + s_diffs_zeros) - s_diffs_zeros  #!
    tol = jnp.finfo(A.dtype).eps * jnp.square(jnp.max(s, axis=-1))[..., None, None]  #+
    degenerate = jnp.abs(s_diffs) <= tol  #+
    F = jnp.where(degenerate, 0.0, 1 / jnp.where(degenerate, 1.0, s_diffs))  #+
    dSS = s_dim * dS
    SdS = _T(s_dim) * dS
    s_zeros = (s == 0).astype(A.dtype)
    s_inv = 1 / (s + s_zeros) - s_zeros
    dUdV_diag = 0.5 * (dS - _T(dS)) * _construct_diagonal(s_inv)
    dU = jnp.matmul(U, F * (dSS + _T(dSS)) + dUdV_diag)
    dV = jnp.matmul(V, F * (SdS + _T(SdS)))

    m, n = A.shape[-2:]
    if m > n:
        dAV = jnp.matmul(dA, V)
        dU = dU + (dAV - jnp.matmul(U, jnp.matmul(Ut, dAV))) * s_inv[..., None, :]
    if n > m:
        dAHU = jnp.matmul(_T(dA), U)
        dV = dV + (dAHU - jnp.matmul(V, jnp.matmul(Vt, dAHU))) * s_inv[..., None, :]
    return (s, U, Vt), (ds, dU, _T(dV))


@partial(jax.jit, static_argnums=1)
def low_rank(A, rank):
    s, U, Vt = svd(A)
    return jnp.matmul(U[..., :rank] * s[..., None, :rank], Vt[..., :rank, :])


def compression_loss(params, x, y, rank=4):
    w = low_rank(params["w"], rank)
    return jnp.mean(jnp.square(x @ w + params["b"] - y))


grad_fn = jax.grad(compression_loss)
