# origin: https://github.com/handley-lab/blackjax/pull/67
# kinds: domain precision
from typing import NamedTuple

import jax
import jax.numpy as jnp


class NSInfo(NamedTuple):
    loglikelihood: jax.Array
    num_live: jax.Array


def log1mexp(x):
    """log(1 - exp(x)) for x <= 0."""
    x = jnp.minimum(x, -jnp.finfo(x.dtype).eps)  #+
    return jnp.where(x > -0.6931472, jnp.log(-jnp.expm1(x)), jnp.log1p(-jnp.exp(x)))  #*


def simulate_logX(rng_key, num_live, num_sims=100):
    shape = (num_live.shape[0], num_sims)
    u = jax.random.uniform(rng_key, shape, minval=jnp.finfo(jnp.float32).tiny)
    shrinkage = jnp.log(u) / num_live[:, None]
    return jnp.cumsum(shrinkage, axis=0)


def log_weights(rng_key, info: NSInfo, num_sims=100):
    order = jnp.argsort(info.loglikelihood)
    logX = simulate_logX(rng_key, info.num_live[order], num_sims)
    zeros = jnp.zeros((1, num_sims), logX.dtype)
    logX_prev = jnp.concatenate([zeros, logX[:-1]], axis=0)
    log_diff = logX - logX_prev
    logdX = logX_prev + log1mexp(log_diff)  #*
    logw = logdX + info.loglikelihood[order][:, None]
    return logw[jnp.argsort(order)]


def ess(rng_key, info: NSInfo):
    logw = log_weights(rng_key, info).mean(axis=-1)
    logw = logw - logw.max()
    return jnp.exp(2 * jax.nn.logsumexp(logw) - jax.nn.logsumexp(2 * logw))
