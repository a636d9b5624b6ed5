# origin: https://github.com/google-deepmind/jax_privacy/pull/397
# kinds: underflow loss-scale precision domain
from typing import Any, Callable, NamedTuple

import jax
import jax.numpy as jnp
import optax


class AugmentedGradientTransformation(NamedTuple):
    init: Callable[..., Any]
    update: Callable[..., Any]
    pre_clipping_transform: Callable[..., Any]


def _find_second_moment(state):
    if isinstance(state, optax.ScaleByAdamState):
        return state.nu
    if isinstance(state, (tuple, list)):
        for sub_state in state:
            result = _find_second_moment(sub_state)
            if result is not None:
                return result
    return None


def scale_then_privatize(base_optimizer, eps: float = 1e-8, eps_root: float = 0.0):
    """Constructs an AugmentedGradientTransformation for scale-then-privatize.

    s_t = 1 / (sqrt(v_{t-1} + eps_root) + eps)

    Before clipping, each per-example gradient g is transformed to s_t * g. After
    clipping + aggregation + noise addition, `update` applies the inverse before
    passing to the base optimizer's update.
    """

    def get_scale(state):
        def _scale(v):
            v = v.astype(jnp.promote_types(v.dtype, jnp.float32))  #+
            return 1.0 / (jnp.sqrt(v + eps_root) + eps)  #*

        return jax.tree.map(_scale, _find_second_moment(state))

    def pre_clipping_transform(grads, state):
        return jax.tree.map(lambda s, g: s * g, get_scale(state), grads)

    def update(updates, state, params=None):
        updates = jax.tree.map(lambda s, u: u / s, get_scale(state), updates)  #-
        updates = jax.tree.map(lambda s, u, v: (u / s).astype(v.dtype),  #+
                               get_scale(state), updates, _find_second_moment(state))  #+
        return base_optimizer.update(updates, state, params)

    return AugmentedGradientTransformation(base_optimizer.init, update, pre_clipping_transform)


def clip_and_noise(per_example, key, l2_clip_norm, noise_multiplier):
    def clip(tree):
        norm = optax.global_norm(tree)
        factor = jnp.minimum(1.0, l2_clip_norm / (norm + 1e-6))
        return jax.tree.map(lambda x: x * factor, tree)

    summed = jax.tree.map(lambda x: x.sum(0), jax.vmap(clip)(per_example))
    leaves, treedef = jax.tree.flatten(summed)
    keys = jax.random.split(key, len(leaves))
    noisy = [x + l2_clip_norm * noise_multiplier * jax.random.normal(k, x.shape, x.dtype)
             for x, k in zip(leaves, keys)]
    return jax.tree.unflatten(treedef, noisy)


def private_step(loss_fn, params, state, batch, key, opt, l2_clip_norm=1.0, noise_multiplier=1.0):
    grads = jax.vmap(jax.grad(loss_fn), in_axes=(None, 0))(params, batch)
    scaled = jax.vmap(lambda g: opt.pre_clipping_transform(g, state))(grads)
    noisy = clip_and_noise(scaled, key, l2_clip_norm, noise_multiplier)
    updates, state = opt.update(noisy, state, params)
    return optax.apply_updates(params, updates), state


def make_state(params):
    params = jax.tree.map(lambda p: p.astype(jnp.float16), params)
    opt = scale_then_privatize(optax.adam(1e-3, eps=1e-4))
    return params, opt, opt.init(params)
