# origin: https://github.com/tracel-ai/burn/issues/5373
# kinds: overflow
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax


class Params(NamedTuple):
    w1: jax.Array
    b1: jax.Array
    w2: jax.Array
    b2: jax.Array


def init_params(key, n_in, hidden=64):
    k1, k2 = jax.random.split(key)
    return Params(
        jax.random.normal(k1, (n_in, hidden)) / jnp.sqrt(n_in),
        jnp.zeros(hidden),
        jax.random.normal(k2, (hidden, 1)) / jnp.sqrt(hidden),
        jnp.zeros(1),
    )


def forecast(params, lags):
    h = jax.nn.gelu(lags @ params.w1 + params.b1)
    return (h @ params.w2 + params.b2)[..., 0]


def log_cosh(err):
    return jnp.log(jnp.cosh(err))  #!
    mag = jnp.abs(err)  #+
    return mag + jax.nn.softplus(-2.0 * mag) - jnp.log(2.0)  #+


def loss_fn(params, lags, demand):
    """Robust error in units sold; large for the weeks of a promotion."""
    return jnp.mean(log_cosh(forecast(params, lags) - demand))


def make_update(optim):
    @jax.jit
    def update(params, state, lags, demand):
        value, grads = jax.value_and_grad(loss_fn)(params, lags, demand)
        delta, state = optim.update(grads, state, params)
        return optax.apply_updates(params, delta), state, value

    return update


def fit(key, batches, n_in, lr=1e-3):
    params = init_params(key, n_in)
    optim = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(lr))
    state = optim.init(params)
    update = make_update(optim)
    for lags, demand in batches:
        params, state, value = update(params, state, lags, demand)
    return params, float(value)
