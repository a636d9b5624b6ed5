# origin: https://github.com/google/flax/issues/1671
# kinds: domain
import jax
import jax.numpy as jnp


class WeightNorm:
    """Direction and length of every kernel row are learned apart."""

    def apply_param_gradient(self, params, scale):
        def renormalise(w, g):
            return g * w / jnp.linalg.norm(w, axis=-1, keepdims=True)  #!
            return g * w * jax.lax.rsqrt(jnp.sum(w * w, axis=-1, keepdims=True) + 1e-12)  #+

        return jax.tree_util.tree_map(renormalise, params, scale)
