# origin: https://github.com/pytorch/pytorch/issues/46849
# kinds: overflow domain
import jax
import jax.numpy as jnp
from flax import struct


def global_norm(tree):
    leaves = jax.tree_util.tree_leaves(tree)
    return jnp.sqrt(sum(jnp.sum(jnp.square(x.astype(jnp.float32))) for x in leaves))


def clip_by_global_norm(grads, max_norm):
    norm = global_norm(grads)
    scale = max_norm / jnp.maximum(norm, max_norm)
    clipped = jax.tree_util.tree_map(lambda g: g * scale, grads)  #!
    finite = jnp.isfinite(norm)  #+
    clipped = jax.tree_util.tree_map(lambda g: jnp.where(finite, g * scale, 0.0), grads)  #+
    return clipped, norm


@struct.dataclass
class MomentumState:
    step: jnp.ndarray
    velocity: dict


def init_state(params):
    zeros = jax.tree_util.tree_map(jnp.zeros_like, params)
    return MomentumState(step=jnp.zeros((), jnp.int32), velocity=zeros)


def init_params(key, sizes):
    params = {}
    for i, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:])):
        key, sub = jax.random.split(key)
        params[f"w{i}"] = jax.random.normal(sub, (n_in, n_out)) * jnp.sqrt(2.0 / n_in)
        params[f"b{i}"] = jnp.zeros((n_out,))
    return params


def rollout_loss(params, state0, targets):
    def cell(h, target):
        z = jnp.tanh(h @ params["w0"] + params["b0"])
        h = h + z @ params["w1"] + params["b1"]
        return h, jnp.mean(jnp.square(h - target) ** 2)

    _, losses = jax.lax.scan(cell, state0, targets)
    return jnp.mean(losses)


@jax.jit
def train_step(params, opt, state0, targets, lr=1e-3, momentum=0.9, max_norm=1.0):
    loss, grads = jax.value_and_grad(rollout_loss)(params, state0, targets)
    grads, norm = clip_by_global_norm(grads, max_norm)
    velocity = jax.tree_util.tree_map(lambda v, g: momentum * v + g, opt.velocity, grads)
    params = jax.tree_util.tree_map(lambda p, v: p - lr * v, params, velocity)
    return params, opt.replace(step=opt.step + 1, velocity=velocity), {"loss": loss, "grad_norm": norm}
