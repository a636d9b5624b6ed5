# origin: https://github.com/pytorch/pytorch/issues/32137
# kinds: precision domain
import math

import jax.numpy as jnp
import flax.linen as nn


class BertLayerNorm(nn.Module):
    """Layer normalisation with the constant of the original checkpoints."""

    epsilon: float = 1e-12
    dtype: jnp.dtype = jnp.float16

    @nn.compact
    def __call__(self, x):
        features = x.shape[-1]
        scale = self.param("gamma", nn.initializers.ones, (features,), jnp.float32)
        bias = self.param("beta", nn.initializers.zeros, (features,), jnp.float32)
        x = jnp.asarray(x, self.dtype)  #-
        x = jnp.asarray(x, jnp.float32)  #+
        mean = jnp.mean(x, axis=-1, keepdims=True)
        centered = x - mean
        var = jnp.mean(centered * centered, axis=-1, keepdims=True)
        y = centered / jnp.sqrt(var + self.epsilon)  #*
        y = y * scale.astype(y.dtype) + bias.astype(y.dtype)
        return y.astype(self.dtype)


class BertEmbeddings(nn.Module):
    vocab_size: int
    hidden_size: int = 768
    max_positions: int = 512
    dtype: jnp.dtype = jnp.float16

    @nn.compact
    def __call__(self, input_ids, attention_mask):
        init = nn.initializers.normal(stddev=0.02)
        word = nn.Embed(self.vocab_size, self.hidden_size, embedding_init=init, dtype=self.dtype)
        pos = nn.Embed(self.max_positions, self.hidden_size, embedding_init=init, dtype=self.dtype)
        positions = jnp.arange(input_ids.shape[-1])[None, :]
        hidden = word(input_ids) + pos(positions)
        hidden = hidden * attention_mask[..., None].astype(self.dtype)
        return BertLayerNorm(dtype=self.dtype)(hidden)


class BertIntermediate(nn.Module):
    hidden_size: int = 768
    dtype: jnp.dtype = jnp.float16

    @nn.compact
    def __call__(self, x):
        h = nn.Dense(4 * self.hidden_size, dtype=self.dtype)(x)
        h = 0.5 * h * (1.0 + jnp.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h ** 3)))
        h = nn.Dense(self.hidden_size, dtype=self.dtype)(h)
        return BertLayerNorm(dtype=self.dtype)(x + h)
