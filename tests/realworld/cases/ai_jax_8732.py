# origin: https://github.com/jax-ml/jax/issues/8732
# kinds: domain
import jax
import jax.numpy as jnp


def _T(x):
    return jnp.swapaxes(x, -1, -2)


def _H(x):
    return jnp.conj(_T(x))


@jax.custom_jvp
def svd(A):
    """Thin singular value decomposition A = (U * s) @ Vt."""
    U, s, Vt = jnp.linalg.svd(A, full_matrices=False)
    return U, s, Vt


@svd.defjvp
def svd_jvp_rule(primals, tangents):
    A, = primals
    dA, = tangents
    U, s, Vt = svd(A)
    Ut, V = _H(U), _H(Vt)
    s_dim = s[..., None, :]
    dS = jnp.matmul(jnp.matmul(Ut, dA), V)
    ds = jnp.real(jnp.diagonal(dS, 0, -2, -1))

    eye = jnp.eye(s.shape[-1], dtype=s.dtype)
    s_diffs = (s_dim + _T(s_dim)) * (s_dim - _T(s_dim))
    F = 1 / (s_diffs + eye) - eye  #!
    s_diffs_zeros = (s_diffs == 0).astype(s.dtype)  #+
    F = 1 / (s_diffs + s_diffs_zeros) - s_diffs_zeros  #+

    dSS = s_dim * dS
    SdS = _T(s_dim) * dS
    s_zeros = (s == 0).astype(s.dtype)
    s_inv = 1 / (s + s_zeros) - s_zeros
    dUdV_diag = 0.5 * (dS - _H(dS)) * (s_inv[..., None, :] * eye)
    dU = jnp.matmul(U, F * (dSS + _H(dSS)) + dUdV_diag)
    dV = jnp.matmul(V, F * (SdS + _H(SdS)))

    m, n = A.shape[-2:]
    if m > n:
        dAV = jnp.matmul(dA, V)
        dU = dU + (dAV - jnp.matmul(U, jnp.matmul(Ut, dAV))) * s_inv[..., None, :]
    if n > m:
        dAHU = jnp.matmul(_H(dA), U)
        dV = dV + (dAHU - jnp.matmul(V, jnp.matmul(Vt, dAHU))) * s_inv[..., None, :]
    return (U, s, Vt), (dU, ds, _H(dV))


def soft_threshold(A, tau):
    """Proximal operator of the nuclear norm."""
    U, s, Vt = svd(A)
    return (U * jnp.maximum(s - tau, 0.0)) @ Vt


def completion_loss(A, observed, mask, tau=0.1):
    low_rank = soft_threshold(A, tau)
    return jnp.sum(jnp.where(mask, low_rank - observed, 0.0) ** 2)


completion_grad = jax.jit(jax.grad(completion_loss))
