# origin: https://github.com/google-deepmind/optax/issues/1754
# kinds: underflow domain
from typing import Any, Callable, NamedTuple, Optional

import jax
import jax.numpy as jnp


class GradientTransformation(NamedTuple):
    init: Callable
    update: Callable


class ScaleByAdamState(NamedTuple):
    count: jax.Array
    mu: Any
    nu: Any


def update_moment(updates, moments, decay, order):
    return jax.tree_util.tree_map(lambda g, t: (1 - decay) * (g ** order) + decay * t, updates, moments)  #-
    def _one(g, t):  #+
        g = g.astype(t.dtype)  #+
        return (1 - decay) * (g ** order) + decay * t  #+
    return jax.tree_util.tree_map(_one, updates, moments)  #+


def bias_correction(moment, decay, count):
    correction = 1 - decay ** count
    return jax.tree_util.tree_map(lambda t: t / correction.astype(t.dtype), moment)


def accumulator_dtype(p):  #+
    return jnp.promote_types(p.dtype, jnp.float32)  #+


def scale_by_adam(
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    eps_root: float = 0.0,
    mu_dtype: Optional[Any] = None,
) -> GradientTransformation:
    def init_fn(params):
        mu = jax.tree_util.tree_map(lambda t: jnp.zeros_like(t, dtype=mu_dtype), params)  #-
        nu = jax.tree_util.tree_map(jnp.zeros_like, params)  #-
        mu = jax.tree_util.tree_map(lambda t: jnp.zeros_like(t, dtype=mu_dtype or accumulator_dtype(t)), params)  #+
        nu = jax.tree_util.tree_map(lambda t: jnp.zeros_like(t, dtype=accumulator_dtype(t)), params)  #+
        return ScaleByAdamState(count=jnp.zeros([], jnp.int32), mu=mu, nu=nu)

    def update_fn(updates, state, params=None):
        del params
        mu = update_moment(updates, state.mu, b1, 1)
        nu = update_moment(updates, state.nu, b2, 2)
        count_inc = state.count + 1
        mu_hat = bias_correction(mu, b1, count_inc)
        nu_hat = bias_correction(nu, b2, count_inc)
        updates = jax.tree_util.tree_map(lambda m, v: m / (jnp.sqrt(v + eps_root) + eps), mu_hat, nu_hat)  #!
        updates = jax.tree_util.tree_map(  #+
            lambda g, m, v: (m / (jnp.sqrt(v + eps_root) + eps)).astype(g.dtype), updates, mu_hat, nu_hat  #+
        )  #+
        return updates, ScaleByAdamState(count=count_inc, mu=mu, nu=nu)

    return GradientTransformation(init_fn, update_fn)


def init_mlp(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    return [
        {"w": (jax.random.normal(k, (m, n)) * 0.05).astype(jnp.float16), "b": jnp.zeros((n,), jnp.float16)}
        for k, m, n in zip(keys, sizes[:-1], sizes[1:])
    ]


def fit(loss_fn, params, batches, learning_rate=1e-3):
    tx = scale_by_adam()
    state = tx.init(params)
    for batch in batches:
        grads = jax.grad(loss_fn)(params, batch)
        steps, state = tx.update(grads, state)
        params = jax.tree_util.tree_map(lambda p, u: p - jnp.asarray(learning_rate, p.dtype) * u, params, steps)
    return params
