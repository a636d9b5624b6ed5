# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
from typing import Callable

import jax
import jax.numpy as jnp


def init_vector_neuron(key, in_ch, out_ch):
    k1, k2 = jax.random.split(key)
    scale = in_ch ** -0.5
    return {
        "w": jax.random.normal(k1, (in_ch, out_ch)) * scale,
        "gate": jax.random.normal(k2, (out_ch, out_ch)) * out_ch ** -0.5,
        "bias": jnp.zeros((out_ch,)),
    }


def length_gate(params, vec, act: Callable = jax.nn.silu, eps: float = 1e-8):
    """Rotation equivariant nonlinearity: gate every 3-vector by its own length."""
    sq = jnp.sum(vec * vec, axis=-1)
    length = jnp.sqrt(sq)  #!
    length = jnp.sqrt(jnp.maximum(sq, eps ** 2))  #+
    gate = act(length @ params["gate"] + params["bias"])
    direction = vec / (length[..., None] + eps)
    return direction * gate[..., None]


def vector_layer(params, vec):
    mixed = jnp.einsum("nci,co->noi", vec, params["w"])
    return length_gate(params, mixed)


def predict_dipole(layers, positions, charges, senders, receivers):
    rel = positions[receivers] - positions[senders]
    feat = jax.ops.segment_sum(rel * charges[senders][:, None], receivers, positions.shape[0])
    h = feat[:, None, :]
    for params in layers:
        h = vector_layer(params, h)
    return h.mean(axis=1).sum(axis=0)


def loss_fn(layers, batch):
    pred = predict_dipole(
        layers, batch["pos"], batch["q"], batch["senders"], batch["receivers"]
    )
    return jnp.sum((pred - batch["dipole"]) ** 2)


@jax.jit
def update(layers, batch, lr=1e-3):
    value, grads = jax.value_and_grad(loss_fn)(layers, batch)
    layers = jax.tree_util.tree_map(lambda p, g: p - lr * g, layers, grads)
    return layers, value
