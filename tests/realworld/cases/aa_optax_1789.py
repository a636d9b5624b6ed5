# origin: https://github.com/google-deepmind/optax/issues/1789
# kinds: precision loss-scale domain underflow
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax


class ScaleByNovogradState(NamedTuple):
    count: jnp.ndarray
    mu: optax.Updates
    nu: optax.Updates


def scale_by_novograd(b1=0.9, b2=0.25, eps=1e-8, weight_decay=0.0):
    """Layer-wise normalised gradients, https://arxiv.org/abs/1905.11286."""

    def init_fn(params):
        mu = jax.tree_util.tree_map(jnp.zeros_like, params)
        nu = jax.tree_util.tree_map(lambda p: jnp.zeros((), p.dtype), params)  #-
        nu = jax.tree_util.tree_map(lambda p: jnp.zeros((), jnp.float32), params)  #+
        return ScaleByNovogradState(count=jnp.zeros([], jnp.int32), mu=mu, nu=nu)

    def nu_addition(grads):
        return jnp.linalg.norm(grads.ravel()) ** 2  #-
        return jnp.sum(jnp.square(grads.astype(jnp.float32)))  #+

    def mu_addition(grads, params, nu):
        return grads / (jnp.sqrt(nu) + eps) + weight_decay * params  #!
        normed = grads.astype(jnp.float32) / (jnp.sqrt(nu) + eps)  #+
        return normed.astype(grads.dtype) + weight_decay * params  #+

    def update_fn(updates, state, params):
        count_inc = state.count + 1
        nu = jax.tree_util.tree_map(
            lambda g, v: jnp.where(count_inc == 1, nu_addition(g), b2 * v + (1 - b2) * nu_addition(g)),
            updates, state.nu)
        mu = jax.tree_util.tree_map(
            lambda g, m, p, v: b1 * m + mu_addition(g, p, v), updates, state.mu, params, nu)
        return mu, ScaleByNovogradState(count=count_inc, mu=mu, nu=nu)

    return optax.GradientTransformation(init_fn, update_fn)


def novograd(learning_rate, b1=0.9, b2=0.25, eps=1e-8, weight_decay=0.0):
    return optax.chain(
        scale_by_novograd(b1=b1, b2=b2, eps=eps, weight_decay=weight_decay),
        optax.scale(-learning_rate),
    )


def main():
    params = {"w": jnp.array([1.0, -2.0, 0.5, 0.25], dtype=jnp.float16), "b": jnp.zeros(4, dtype=jnp.float16)}
    grads = jax.tree_util.tree_map(jnp.zeros_like, params)
    tx = novograd(1e-3)
    opt_state = tx.init(params)
    for step in range(3):
        updates, opt_state = tx.update(grads, opt_state, params)
        params = optax.apply_updates(params, updates)
        print(step, params)


if __name__ == "__main__":
    main()
