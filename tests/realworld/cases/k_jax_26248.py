# origin: https://github.com/jax-ml/jax/issues/26248
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import optax


def scaled_distance(x, y, lengthscale):
    return jnp.linalg.norm((x - y) / lengthscale)  #!
    squared = jnp.sum(((x - y) / lengthscale) ** 2)  #+
    positive = jnp.where(squared > 0.0, squared, 1.0)  #+
    return jnp.where(squared > 0.0, jnp.sqrt(positive), 0.0)  #+


def matern32(x, y, lengthscale, variance):
    r = jnp.sqrt(3.0) * scaled_distance(x, y, lengthscale)
    return variance * (1.0 + r) * jnp.exp(-r)


def gram(kernel, xs):
    return jax.vmap(lambda a: jax.vmap(lambda b: kernel(a, b))(xs))(xs)


def negative_mll(params, xs, ys):
    kernel = partial(
        matern32, lengthscale=jax.nn.softplus(params["lengthscale"]), variance=jax.nn.softplus(params["variance"])
    )
    noise = jax.nn.softplus(params["noise"]) + 1e-5
    factor = jnp.linalg.cholesky(gram(kernel, xs) + noise * jnp.eye(len(xs)))
    alpha = jsl.solve_triangular(factor, ys, lower=True)
    return 0.5 * alpha @ alpha + jnp.sum(jnp.log(jnp.diagonal(factor)))


def fit(xs, ys, steps=200):
    params = {"lengthscale": jnp.zeros(xs.shape[1]), "variance": jnp.zeros(()), "noise": -2.0 * jnp.ones(())}
    opt = optax.adam(1e-2)
    state = opt.init(params)
    for _ in range(steps):
        grads = jax.grad(negative_mll)(params, xs, ys)
        updates, state = opt.update(grads, state)
        params = optax.apply_updates(params, updates)
    return params
