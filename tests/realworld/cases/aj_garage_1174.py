# origin: https://github.com/rlworkgroup/garage/issues/1174
# kinds: cancellation precision
import jax
import jax.numpy as jnp
from jax.nn import sigmoid, softplus


def init_coupling(key, dim, hidden):
    k1, k2 = jax.random.split(key)
    half = dim // 2
    return {
        "w1": jax.random.normal(k1, (half, hidden)) / jnp.sqrt(half),
        "b1": jnp.zeros(hidden),
        "w2": jax.random.normal(k2, (hidden, 2 * (dim - half))) * 1e-2,
        "b2": jnp.zeros(2 * (dim - half)),
    }


def coupling(params, x):
    half = params["w1"].shape[0]
    a, b = x[..., :half], x[..., half:]
    h = jnp.tanh(a @ params["w1"] + params["b1"])
    shift, log_scale = jnp.split(h @ params["w2"] + params["b2"], 2, axis=-1)
    log_scale = jnp.tanh(log_scale)
    y = jnp.concatenate([b * jnp.exp(log_scale) + shift, a], axis=-1)
    return y, log_scale.sum(axis=-1)


def squash_to_unit(x):
    """Sigmoid bijector to the unit cube; returns the point and the log-determinant."""
    y = sigmoid(x)
    logdet = jnp.log(y * (1.0 - y) + 1e-7)  #!
    logdet = -softplus(x) - softplus(-x)  #+
    return y, logdet.sum(axis=-1)


def sample_log_prob(layers, key, shape):
    z = jax.random.normal(key, shape)
    log_q = -0.5 * (z ** 2 + jnp.log(2.0 * jnp.pi)).sum(axis=-1)
    x = z
    for params in layers:
        x, ld = coupling(params, x)
        log_q = log_q - ld
    y, ld = squash_to_unit(x)
    return y, log_q - ld


def reverse_kl(layers, key, log_target, batch, dim):
    y, log_q = sample_log_prob(layers, key, (batch, dim))
    return jnp.mean(log_q - log_target(y))


def train_step(layers, key, log_target, batch=256, dim=8, lr=1e-3):
    loss, grads = jax.value_and_grad(reverse_kl)(layers, key, log_target, batch, dim)
    layers = jax.tree_util.tree_map(lambda p, g: p - lr * g, layers, grads)
    return layers, loss
