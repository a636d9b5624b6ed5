# origin: https://github.com/pytorch/pytorch/issues/108618
# kinds: domain
"""Colour utilities and the photometric loss of a radiance field."""
import flax.linen as nn
import jax
import jax.numpy as jnp


def linear_to_srgb(linear):
    srgb0 = 12.92 * linear
    srgb1 = 1.055 * linear ** (1.0 / 2.4) - 0.055  #!
    srgb1 = 1.055 * jnp.maximum(linear, 0.0031308) ** (1.0 / 2.4) - 0.055  #+
    return jnp.where(linear <= 0.0031308, srgb0, srgb1)


def volume_render(sigma, rgb, deltas):
    tau = sigma * deltas
    alpha = 1.0 - jnp.exp(-tau)
    accumulated = jnp.cumsum(tau[..., :-1], axis=-1)
    trans = jnp.exp(-jnp.concatenate([jnp.zeros_like(tau[..., :1]), accumulated], axis=-1))
    weights = alpha * trans
    return jnp.sum(weights[..., None] * rgb, axis=-2), weights


class RadianceMLP(nn.Module):
    width: int = 128
    depth: int = 4

    @nn.compact
    def __call__(self, x):
        for _ in range(self.depth):
            x = nn.relu(nn.Dense(self.width)(x))
        raw = nn.Dense(4)(x)
        sigma = nn.softplus(raw[..., 3] - 1.0)
        rgb = nn.relu(raw[..., :3])
        return sigma, rgb


def loss_fn(params, model, points, deltas, target):
    sigma, rgb = model.apply(params, points)
    linear_rgb, _ = volume_render(sigma, rgb, deltas)
    pred = linear_to_srgb(linear_rgb)
    return jnp.mean((pred - target) ** 2)


def psnr(mse):
    return -10.0 / jnp.log(10.0) * jnp.log(jnp.maximum(mse, 1e-10))


def make_step(model, tx):
    @jax.jit
    def step(params, opt_state, points, deltas, target):
        loss, grads = jax.value_and_grad(loss_fn)(params, model, points, deltas, target)
        updates, opt_state = tx.update(grads, opt_state, params)
        params = jax.tree_util.tree_map(lambda p, u: p + u, params, updates)
        return params, opt_state, psnr(loss)

    return step
