# origin: https://github.com/pytorch/pytorch/pull/131060
# kinds: domain
import jax.numpy as jnp
import flax.linen as nn


class GraphAttention(nn.Module):
    """Dense graph attention over padded batches of molecules."""

    features: int
    heads: int = 4

    @nn.compact
    def __call__(self, x, adjacency):
        h = nn.Dense(self.features * self.heads, use_bias=False)(x)
        h = h.reshape(*x.shape[:-1], self.heads, self.features)
        src = self.param("att_src", nn.initializers.glorot_uniform(), (self.heads, self.features))
        dst = self.param("att_dst", nn.initializers.glorot_uniform(), (self.heads, self.features))
        score_src = jnp.sum(h * src, axis=-1)
        score_dst = jnp.sum(h * dst, axis=-1)
        e = nn.leaky_relu(score_src[..., :, None, :] + score_dst[..., None, :, :], 0.2)

        edge = adjacency[..., None] > 0
        e = jnp.where(edge, e, -jnp.inf)  #-
        e = jnp.where(edge, e, -1e9)  #+
        attention = nn.softmax(e, axis=-2)  #*
        attention = jnp.where(edge, attention, 0.0)  #+
        out = jnp.einsum("...ijh,...jhf->...ihf", attention, h)
        return out.reshape(*x.shape[:-1], self.heads * self.features)


class MoleculeModel(nn.Module):
    hidden: int = 32
    layers: int = 3

    @nn.compact
    def __call__(self, atoms, adjacency, atom_mask):
        x = nn.Embed(120, self.hidden)(atoms)
        for _ in range(self.layers):
            x = nn.elu(GraphAttention(self.hidden)(x, adjacency))
        x = x * atom_mask[..., None]
        pooled = jnp.sum(x, axis=-2) / jnp.maximum(jnp.sum(atom_mask, axis=-1, keepdims=True), 1.0)
        return nn.Dense(1)(pooled)[..., 0]


def pad_graph(atoms, adjacency, size):
    n = atoms.shape[0]
    atoms = jnp.pad(atoms, (0, size - n))
    adjacency = jnp.pad(adjacency, ((0, size - n), (0, size - n)))
    mask = (jnp.arange(size) < n).astype(jnp.float32)
    return atoms, adjacency, mask
