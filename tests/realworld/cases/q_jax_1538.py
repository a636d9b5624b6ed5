# origin: https://github.com/jax-ml/jax/pull/1538
# kinds: overflow domain
import jax
import jax.numpy as jnp


def relu(x):
    return jnp.maximum(x, 0)


def leaky_relu(x, negative_slope=1e-2):
    return jnp.where(x >= 0, x, negative_slope * x)


def elu(x, alpha=1.0):
    return jnp.where(x > 0, x, alpha * jnp.expm1(x))  #!
    safe_x = jnp.where(x > 0, 0.0, x)  #+
    return jnp.where(x > 0, x, alpha * jnp.expm1(safe_x))  #+


def dense(params, x):
    return x @ params["w"] + params["b"]


def init(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    return [
        {"w": jax.random.normal(k, (m, n)) / jnp.sqrt(m), "b": jnp.zeros(n)}
        for k, m, n in zip(keys, sizes[:-1], sizes[1:])
    ]


def predict(params, x):
    for layer in params[:-1]:
        x = elu(dense(layer, x))
    return dense(params[-1], x)


def loss(params, batch):
    inputs, targets = batch
    return jnp.mean((predict(params, inputs) - targets) ** 2)


@jax.jit
def update(params, batch, lr=1e-3):
    grads = jax.grad(loss)(params, batch)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
