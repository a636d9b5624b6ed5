# origin: https://github.com/pytorch/pytorch/issues/68425
# kinds: domain overflow
from functools import partial

import jax
import jax.numpy as jnp

THRESHOLD = 20.0


def positive_rate(z):
    """Softplus that switches to the identity for large inputs."""
    soft = jnp.log1p(jnp.exp(z))  #!
    small = jnp.where(z > THRESHOLD, 0.0, z)  #+
    soft = jnp.log1p(jnp.exp(small))  #+
    return jnp.where(z > THRESHOLD, z, soft)


def init_params(key, n_neurons, n_basis):
    k1, k2 = jax.random.split(key)
    return {
        "filters": 0.1 * jax.random.normal(k1, (n_basis, n_neurons)),
        "coupling": 0.01 * jax.random.normal(k2, (n_neurons, n_neurons)),
        "bias": jnp.full((n_neurons,), -1.0),
    }


def drive(params, stimulus, history):
    return stimulus @ params["filters"] + history @ params["coupling"] + params["bias"]


def poisson_nll(params, batch, bin_size):
    z = drive(params, batch["stimulus"], batch["history"])
    rate = positive_rate(z) * bin_size + 1e-6
    return jnp.mean(rate - batch["spikes"] * jnp.log(rate))


@partial(jax.jit, static_argnames="bin_size")
def fit_step(params, batch, lr, bin_size=0.01):
    """One step of gradient descent on the spike-train GLM."""
    loss, grads = jax.value_and_grad(poisson_nll)(params, batch, bin_size)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, loss


def fit(params, batches, lr=1e-3, epochs=10):
    history = []
    for _ in range(epochs):
        for batch in batches:
            params, loss = fit_step(params, batch, lr)
            history.append(float(loss))
    return params, history
