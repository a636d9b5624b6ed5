# origin: https://github.com/pyro-ppl/pyro/pull/1917
# kinds: underflow domain
import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp


def init_mdn(key, in_dim, hidden, n_modes, horizon):
    k1, k2 = jax.random.split(key)
    out = n_modes * (1 + 4 * horizon)
    return {
        "w1": jax.random.normal(k1, (in_dim, hidden)) / jnp.sqrt(in_dim),
        "b1": jnp.zeros(hidden),
        "w2": jax.random.normal(k2, (hidden, out)) / jnp.sqrt(hidden),
        "b2": jnp.zeros(out),
    }


def mdn_apply(params, x, n_modes, horizon):
    """Returns mode logits (m,), waypoints (m, t, 2) and their spread (m, t, 2)."""
    h = jnp.tanh(x @ params["w1"] + params["b1"])
    out = h @ params["w2"] + params["b2"]
    logits, rest = out[:n_modes], out[n_modes:].reshape(n_modes, 2, horizon, 2)
    return logits, rest[:, 0], jnp.exp(jnp.clip(rest[:, 1], -4.0, 3.0))


def gaussian_pdf(y, mu, sigma):
    z = (y - mu) / sigma
    return jnp.exp(-0.5 * z**2) / (sigma * jnp.sqrt(2.0 * jnp.pi))


def gaussian_logpdf(y, mu, sigma):
    z = (y - mu) / sigma
    return -0.5 * z**2 - jnp.log(sigma) - 0.5 * jnp.log(2.0 * jnp.pi)


def trajectory_nll(params, x, future, n_modes=6, horizon=30):
    """Negative log-likelihood of one observed pedestrian path, future: (t, 2)."""
    logits, mu, sigma = mdn_apply(params, x, n_modes, horizon)
    mix = jax.nn.softmax(logits)  #-
    lik = jnp.prod(gaussian_pdf(future[None], mu, sigma), axis=(1, 2))  #!
    return -jnp.log(jnp.sum(mix * lik))  #!
    lik = jnp.sum(gaussian_logpdf(future[None], mu, sigma), axis=(1, 2))  #+
    return -logsumexp(jax.nn.log_softmax(logits) + lik)  #+


def batch_loss(params, xs, futures):
    return jnp.mean(jax.vmap(trajectory_nll, in_axes=(None, 0, 0))(params, xs, futures))


@jax.jit
def update(params, xs, futures, lr):
    loss, grads = jax.value_and_grad(batch_loss)(params, xs, futures)
    norm = jnp.sqrt(sum(jnp.sum(g**2) for g in jax.tree_util.tree_leaves(grads)))
    scale = jnp.minimum(1.0, 5.0 / (norm + 1e-6))
    return jax.tree_util.tree_map(lambda p, g: p - lr * scale * g, params, grads), loss
