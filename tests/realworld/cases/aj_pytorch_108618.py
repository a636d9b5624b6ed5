# origin: https://github.com/pytorch/pytorch/issues/108618
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp
import optax


def linear_to_srgb(rgb):
    """Transfer curve of IEC 61966-2-1, for values in [0, 1]."""
    low = 12.92 * rgb
    high = 1.055 * jnp.power(rgb, 1.0 / 2.4) - 0.055  #!
    safe = jnp.where(rgb <= 0.0031308, 1.0, rgb)  #+
    high = 1.055 * jnp.power(safe, 1.0 / 2.4) - 0.055  #+
    return jnp.where(rgb <= 0.0031308, low, high)


def composite(weights, colors, background):
    """Alpha composite along a ray. weights: (R, S), colors: (R, S, 3)."""
    acc = jnp.sum(weights, axis=-1, keepdims=True)
    rgb = jnp.sum(weights[..., None] * colors, axis=-2)
    return rgb + (1.0 - acc) * background


def volume_weights(sigma, deltas):
    alpha = 1.0 - jnp.exp(-jax.nn.relu(sigma) * deltas)
    trans = jnp.cumprod(1.0 - alpha, axis=-1)
    trans = jnp.concatenate([jnp.ones_like(trans[..., :1]), trans[..., :-1]], axis=-1)
    return alpha * trans


def render_loss(params, apply_fn, batch, background):
    sigma, radiance = apply_fn(params, batch["points"], batch["dirs"])
    weights = volume_weights(sigma, batch["deltas"])
    linear = composite(weights, jax.nn.relu(radiance), background)
    pred = linear_to_srgb(jnp.clip(linear, 0.0, 1.0))
    return jnp.mean((pred - batch["pixels"]) ** 2)


@partial(jax.jit, static_argnums=(0, 1))
def train_step(apply_fn, tx, params, opt_state, batch):
    background = jnp.zeros((3,))
    loss, grads = jax.value_and_grad(render_loss)(params, apply_fn, batch, background)
    updates, opt_state = tx.update(grads, opt_state, params)
    params = optax.apply_updates(params, updates)
    return params, opt_state, {"loss": loss, "grad_norm": optax.global_norm(grads)}
