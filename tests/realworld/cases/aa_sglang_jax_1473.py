# origin: https://github.com/sgl-project/sglang-jax/pull/1473
# kinds: precision loss-scale
import jax
import jax.numpy as jnp
from flax import linen as nn


def _rotate_neox(x):
    x1, x2 = jnp.split(x, 2, axis=-1)
    return jnp.concatenate((-x2, x1), axis=-1)


class RotaryEmbedding:
    """Rotary position embedding (neox style)."""

    def __init__(self, head_size, rotary_dim, max_position_embeddings=32768, base=10000, dtype=jnp.bfloat16):
        self.head_size = head_size
        self.rotary_dim = rotary_dim
        self.max_position_embeddings = max_position_embeddings
        self.base = base
        self.dtype = dtype
        self._inv_freq_np = self._compute_inv_freq(base)

    def _compute_inv_freq(self, base):
        exponent = jnp.arange(0, self.rotary_dim, 2, dtype=jnp.float32) / self.rotary_dim
        return 1.0 / (base ** exponent)

    def __call__(self, positions, query, key):
        positions = positions.flatten()
        inv_freq = jnp.asarray(self._inv_freq_np, dtype=self.dtype)  #!
        inv_freq = jnp.asarray(self._inv_freq_np, dtype=jnp.float32)  #+
        freqs = jnp.einsum("n,d->nd", positions.astype(jnp.float32), inv_freq)  #*
        emb = jnp.concatenate((freqs, freqs), axis=-1)
        cos = jnp.cos(emb).astype(self.dtype)[:, None, :]
        sin = jnp.sin(emb).astype(self.dtype)[:, None, :]
        query = query * cos + _rotate_neox(query) * sin
        key = key * cos + _rotate_neox(key) * sin
        return query, key


class Attention(nn.Module):
    num_heads: int
    head_dim: int
    dtype: jnp.dtype = jnp.bfloat16

    @nn.compact
    def __call__(self, positions, hidden_states):
        features = self.num_heads * self.head_dim
        qkv = nn.Dense(3 * features, use_bias=False, dtype=self.dtype)(hidden_states)
        q, k, v = jnp.split(qkv.reshape(-1, 3 * self.num_heads, self.head_dim), 3, axis=1)
        rotary_emb = RotaryEmbedding(self.head_dim, self.head_dim, dtype=self.dtype)
        q, k = rotary_emb(positions, q, k)

        scores = jnp.einsum("qhd,khd->hqk", q, k).astype(jnp.float32) * self.head_dim**-0.5
        causal = positions[:, None] >= positions[None, :]
        scores = jnp.where(causal[None], scores, -1e9)
        probs = jax.nn.softmax(scores, axis=-1).astype(self.dtype)
        out = jnp.einsum("hqk,khd->qhd", probs, v).reshape(-1, features)
        return nn.Dense(features, use_bias=False, dtype=self.dtype)(out)


def forward(params, model, hidden_states, start=0):
    positions = jnp.arange(start, start + hidden_states.shape[0])
    return model.apply(params, positions, hidden_states)
