# origin: https://github.com/google-deepmind/optax/issues/1754
# kinds: underflow precision
from typing import Any, Callable, NamedTuple, Optional

import jax
import jax.numpy as jnp


class GradientTransformation(NamedTuple):
    init: Callable
    update: Callable


class ScaleByAdamState(NamedTuple):
    count: jnp.ndarray
    mu: Any
    nu: Any


def update_moment(updates, moments, decay, order):
    return jax.tree_util.tree_map(
        lambda g, t: (1 - decay) * (g ** order) + decay * t, updates, moments
    )


def bias_correction(moment, decay, count):
    correction = 1 - decay ** count
    return jax.tree_util.tree_map(lambda t: t / correction.astype(t.dtype), moment)


def scale_by_adam(
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    eps_root: float = 0.0,
    mu_dtype: Optional[Any] = None,
) -> GradientTransformation:
    """Rescale updates according to the Adam algorithm."""

    def init_fn(params):
        mu = jax.tree_util.tree_map(lambda t: jnp.zeros_like(t, dtype=mu_dtype), params)
        nu = jax.tree_util.tree_map(jnp.zeros_like, params)  #-
        nu = jax.tree_util.tree_map(lambda t: jnp.zeros_like(t, dtype=jnp.float32), params)  #+
        return ScaleByAdamState(count=jnp.zeros([], jnp.int32), mu=mu, nu=nu)

    def update_fn(updates, state, params=None):
        del params
        wide = jax.tree_util.tree_map(lambda g: g.astype(jnp.float32), updates)  #+
        mu = update_moment(updates, state.mu, b1, 1)
        nu = update_moment(updates, state.nu, b2, 2)  #-
        nu = update_moment(wide, state.nu, b2, 2)  #+
        count = state.count + 1
        mu_hat = bias_correction(mu, b1, count)
        nu_hat = bias_correction(nu, b2, count)
        updates = jax.tree_util.tree_map(
            lambda m, v: m / (jnp.sqrt(v + eps_root) + eps), mu_hat, nu_hat  #!
            lambda g, m, v: (m / (jnp.sqrt(v + eps_root) + eps)).astype(g.dtype),  #+
            updates, mu_hat, nu_hat  #+
        )
        return updates, ScaleByAdamState(count=count, mu=mu, nu=nu)

    return GradientTransformation(init_fn, update_fn)


def train_step(loss_fn, tx, params, opt_state, batch, lr=1e-3):
    """params are kept in float16 on the accelerator"""
    grads = jax.grad(loss_fn)(params, batch)
    updates, opt_state = tx.update(grads, opt_state, params)
    params = jax.tree_util.tree_map(lambda p, u: p - jnp.asarray(lr, p.dtype) * u, params, updates)
    return params, opt_state
