# origin: https://github.com/pytorch/pytorch/issues/68425
# kinds: domain overflow
from functools import partial

import jax
import jax.numpy as jnp

THRESHOLD = 20.0


def softrect(u):
    """log(1 + e^u), linear for large drive."""
    small = jnp.log1p(jnp.exp(u))  #!
    small = jnp.log1p(jnp.exp(jnp.minimum(u, THRESHOLD)))  #+
    return jnp.where(u > THRESHOLD, u, small)


def init_params(key, n_stim, n_hist):
    k1, k2 = jax.random.split(key)
    return {
        "stim": 0.1 * jax.random.normal(k1, (n_stim,)),
        "hist": 0.1 * jax.random.normal(k2, (n_hist,)),
        "bias": jnp.zeros(()),
    }


def firing_rate(params, stim, hist):
    drive = stim @ params["stim"] + hist @ params["hist"] + params["bias"]
    return softrect(drive)


def neg_log_lik(params, batch, dt):
    rate = firing_rate(params, batch["stim"], batch["hist"])
    ll = batch["spikes"] * jnp.log(rate * dt + 1e-6) - rate * dt
    return -jnp.mean(ll)


@partial(jax.jit, static_argnames="dt")
def update(params, batch, lr, dt=0.01):
    loss, grads = jax.value_and_grad(neg_log_lik)(params, batch, dt)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, loss


def fit(key, batches, lr=1e-2, n_stim=40, n_hist=20):
    params = init_params(key, n_stim, n_hist)
    for batch in batches:
        params, loss = update(params, batch, lr)
    return params
