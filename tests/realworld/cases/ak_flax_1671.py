# origin: https://github.com/google/flax/issues/1671
# kinds: domain
from typing import Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp


class MLP(nn.Module):
    widths: Sequence[int]

    @nn.compact
    def __call__(self, x):
        for w in self.widths[:-1]:
            x = nn.silu(nn.Dense(w)(x))
        return nn.Dense(self.widths[-1])(x)


class DirectionalLayer(nn.Module):
    """Moves atoms along the unit vectors of their bonds.

    Edge lists are padded to a fixed length with edges from atom 0 to itself.
    """

    width: int
    cutoff: float = 5.0

    @nn.compact
    def __call__(self, h, pos, senders, receivers, edge_mask):
        bond = pos[senders] - pos[receivers]
        length = jnp.linalg.norm(bond, axis=-1, keepdims=True)  #!
        direction = bond / length  #!
        sq = jnp.sum(bond**2, axis=-1, keepdims=True)  #+
        length = jnp.sqrt(jnp.where(sq > 0.0, sq, 1.0))  #+
        direction = bond / length  #+
        radial = jnp.exp(-jnp.square(length / self.cutoff - jnp.linspace(0.0, 1.0, 16)) * 50.0)
        msg = MLP([self.width, self.width])(
            jnp.concatenate([h[senders], h[receivers], radial], axis=-1)
        )
        msg = jnp.where(edge_mask[:, None], msg, 0.0)
        push = jnp.where(edge_mask[:, None], MLP([self.width, 1])(msg) * direction, 0.0)
        h = h + nn.Dense(self.width)(jax.ops.segment_sum(msg, receivers, h.shape[0]))
        return h, pos + jax.ops.segment_sum(push, receivers, pos.shape[0])


class EnergyModel(nn.Module):
    width: int = 64
    depth: int = 3
    n_species: int = 100

    @nn.compact
    def __call__(self, species, pos, senders, receivers, edge_mask):
        h = nn.Embed(self.n_species, self.width)(species)
        for _ in range(self.depth):
            h, pos = DirectionalLayer(self.width)(h, pos, senders, receivers, edge_mask)
        return jnp.sum(MLP([self.width, 1])(h))


def energy_and_forces(model, params, graph):
    def energy(pos):
        return model.apply(params, graph["z"], pos, graph["src"], graph["dst"], graph["mask"])

    value, grad = jax.value_and_grad(energy)(graph["pos"])
    return value, -grad
