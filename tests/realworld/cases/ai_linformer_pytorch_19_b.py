# origin: https://github.com/tatp22/linformer-pytorch/pull/19
# kinds: overflow domain
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax import lax


class BertSelfAttention(nn.Module):
    num_heads: int
    head_dim: int
    dtype: Any = jnp.float16

    @nn.compact
    def __call__(self, hidden_states, attention_mask):
        features = (self.num_heads, self.head_dim)
        query = nn.DenseGeneral(features, dtype=self.dtype, name="query")(hidden_states)
        key = nn.DenseGeneral(features, dtype=self.dtype, name="key")(hidden_states)
        value = nn.DenseGeneral(features, dtype=self.dtype, name="value")(hidden_states)

        attention_mask = jnp.expand_dims(attention_mask, axis=(-3, -2))
        attention_bias = lax.select(
            attention_mask > 0,
            jnp.full(attention_mask.shape, 0.0).astype(self.dtype),
            jnp.full(attention_mask.shape, -1e10).astype(self.dtype),  #!
            jnp.full(attention_mask.shape, jnp.finfo(self.dtype).min).astype(self.dtype),  #+
        )

        scores = jnp.einsum("bqhd,bkhd->bhqk", query * self.head_dim ** -0.5, key)
        probs = jax.nn.softmax(scores + attention_bias, axis=-1)
        context = jnp.einsum("bhqk,bkhd->bqhd", probs, value)
        return nn.DenseGeneral(
            hidden_states.shape[-1], axis=(-2, -1), dtype=self.dtype, name="output"
        )(context)


class Encoder(nn.Module):
    num_layers: int = 6
    num_heads: int = 8
    head_dim: int = 64
    dtype: Any = jnp.float16

    @nn.compact
    def __call__(self, hidden_states, attention_mask):
        for i in range(self.num_layers):
            attn = BertSelfAttention(self.num_heads, self.head_dim, self.dtype, name=f"layer_{i}")
            hidden_states = hidden_states + attn(hidden_states, attention_mask)
        return hidden_states


def pad_batch(examples, batch_size, max_len, hidden):
    """Pads a ragged list of encoded paragraphs; missing paragraphs become empty rows."""
    x = jnp.zeros((batch_size, max_len, hidden), jnp.float16)
    mask = jnp.zeros((batch_size, max_len), jnp.int32)
    for i, ex in enumerate(examples):
        x = x.at[i, : ex.shape[0]].set(ex)
        mask = mask.at[i, : ex.shape[0]].set(1)
    return x, mask
