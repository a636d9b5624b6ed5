# origin: https://github.com/rlworkgroup/garage/issues/1174
# kinds: cancellation precision
import jax
import jax.numpy as jnp
from jax import random

LOG_2PI = 1.8378770664093453


def init_params(key, dim, hidden, layers):
    params = []
    for _ in range(layers):
        key, k1, k2 = random.split(key, 3)
        params.append({
            "w1": random.normal(k1, (dim // 2, hidden)) / jnp.sqrt(dim // 2),
            "b1": jnp.zeros(hidden),
            "w2": 0.01 * random.normal(k2, (hidden, 2 * (dim - dim // 2))),
            "b2": jnp.zeros(2 * (dim - dim // 2)),
        })
    return params


def coupling_forward(p, x, flip):
    """Affine coupling; returns the output and log |det J|."""
    x = x[:, ::-1] if flip else x
    half = p["w1"].shape[0]
    x1, x2 = x[:, :half], x[:, half:]
    h = jnp.tanh(x1 @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]
    shift, raw = jnp.split(h, 2, axis=1)
    log_s = 2.0 * jnp.tanh(raw / 2.0)
    y = jnp.concatenate([x1, x2 * jnp.exp(log_s) + shift], axis=1)
    return y, log_s.sum(axis=1)


def to_unit_interval(x):
    """Squash the last layer's output into (0, 1), the range of the pixels."""
    y = jax.nn.sigmoid(x)
    log_det = jnp.log(y * (1.0 - y) + 1e-7)  #!
    log_det = -jax.nn.softplus(x) - jax.nn.softplus(-x)  #+
    return y, log_det.sum(axis=1)


def sample_and_log_prob(params, key, n, dim):
    z = random.normal(key, (n, dim))
    logp = -0.5 * jnp.sum(z ** 2, axis=1) - 0.5 * dim * LOG_2PI
    for i, p in enumerate(params):
        z, ld = coupling_forward(p, z, flip=bool(i % 2))
        logp = logp - ld
    y, ld = to_unit_interval(z)
    return y, logp - ld


def reverse_kl(params, key, log_target, n=256, dim=2):
    """Variational objective against an unnormalised density on the unit cube."""
    y, logq = sample_and_log_prob(params, key, n, dim)
    return jnp.mean(logq - log_target(y))


grad_fn = jax.grad(reverse_kl)
