# origin: https://github.com/google-deepmind/optax/issues/1754
# kinds: precision underflow domain
import jax
import jax.numpy as jnp


def scale_by_adam(mu, nu, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0):
    def update(grads, mu, nu):
        grads = jax.tree_util.tree_map(lambda g: g.astype(jnp.float16), grads)
        mu = jax.tree_util.tree_map(lambda g, m: b1 * m + (1 - b1) * g, grads, mu)
        nu = jax.tree_util.tree_map(lambda g, v: b2 * v + (1 - b2) * g**2, grads, nu)
        return jax.tree_util.tree_map(step, mu, nu)

    def step(m, v):
        v16 = v.astype(jnp.float16)  #-
        return m / (jnp.sqrt(v16) + 1e-8)  #!
        return m / (jnp.sqrt(v.astype(jnp.float32)) + 1e-8)  #+

    return update
