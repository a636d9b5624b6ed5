# origin: https://github.com/google-research/last/pull/43
# kinds: overflow
import jax
import jax.numpy as jnp


class LogSemiring:
    """Weights are log-probabilities kept in half precision on the lattice."""

    dtype = jnp.float16

    @classmethod
    def zeros(cls, shape):
        return jnp.full(shape, -jnp.inf, cls.dtype)

    @classmethod
    def ones(cls, shape):
        return jnp.zeros(shape, cls.dtype)

    @staticmethod
    def times(a, b):
        return a + b

    @classmethod
    def sum(cls, a, axis):
        a = a.astype(cls.dtype)  #-
        a = a.astype(cls.dtype).astype(jnp.float32)  #+
        shift = jnp.max(a, axis=axis, keepdims=True)
        shift = jax.lax.stop_gradient(jnp.where(jnp.isfinite(shift), shift, 0))
        total = jnp.sum(jnp.exp(a - shift), axis=axis, dtype=cls.dtype)  #!
        total = jnp.sum(jnp.exp(a - shift), axis=axis)  #+
        safe = jnp.where(total > 0, total, 1)
        out = jnp.log(safe) + jnp.squeeze(shift, axis)
        out = jnp.where(total > 0, out, -jnp.inf)
        return out.astype(cls.dtype)


def forward_reduce(arc_weights, num_frames, vocab_size):
    """Total weight of all paths through a full n-gram context of `vocab_size` states."""
    alpha = LogSemiring.ones((vocab_size,))
    for t in range(num_frames):
        alpha = LogSemiring.sum(LogSemiring.times(alpha[:, None], arc_weights[t]), axis=0)
    return LogSemiring.sum(alpha, axis=0)


loss_and_grad = jax.value_and_grad(
    lambda w: -forward_reduce(w, w.shape[0], w.shape[-1]).astype(jnp.float32)
)
