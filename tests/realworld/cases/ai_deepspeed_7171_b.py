# origin: https://github.com/deepspeedai/DeepSpeed/pull/7171
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp


def all_finite(tree):
    leaves = jax.tree_util.tree_leaves(tree)
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(x)) for x in leaves]))


def momentum_sgd(params, velocity, grads, lr, mu=0.9):
    velocity = jax.tree_util.tree_map(lambda v, g: mu * v + g, velocity, grads)
    params = jax.tree_util.tree_map(lambda p, v: p - lr * v, params, velocity)
    return params, velocity


def select(ok, new, old):
    """Keep the new state if the step was good, else the old one."""
    keep = ok.astype(jnp.float32)  #-
    return jax.tree_util.tree_map(lambda n, o: keep * n + (1.0 - keep) * o, new, old)  #!
    return jax.tree_util.tree_map(lambda n, o: jnp.where(ok, n, o), new, old)  #+


def mlp(params, x):
    for layer in params[:-1]:
        x = jax.nn.relu(x @ layer["w"] + layer["b"])
    return x @ params[-1]["w"] + params[-1]["b"]


def loss_fn(params, batch, scale):
    x, y = batch
    half = jax.tree_util.tree_map(lambda p: p.astype(jnp.float16), params)
    pred = mlp(half, x.astype(jnp.float16)).astype(jnp.float32)
    return scale * jnp.mean((pred - y) ** 2)


@partial(jax.jit, static_argnames=("lr",))
def train_step(state, batch, lr=1e-3):
    params, velocity, scale, good_steps = state
    grads = jax.grad(loss_fn)(params, batch, scale)
    grads = jax.tree_util.tree_map(lambda g: g / scale, grads)
    ok = all_finite(grads)

    stepped = momentum_sgd(params, velocity, grads, lr)
    params, velocity = select(ok, stepped, (params, velocity))

    good_steps = jnp.where(ok, good_steps + 1, 0)
    grow = good_steps >= 1000
    scale = jnp.where(ok, jnp.where(grow, scale * 2, scale), jnp.maximum(scale / 2, 1.0))
    good_steps = jnp.where(grow, 0, good_steps)
    return params, velocity, scale, good_steps


def init_state(params, scale=2.0 ** 15):
    velocity = jax.tree_util.tree_map(jnp.zeros_like, params)
    return params, velocity, jnp.float32(scale), jnp.int32(0)
