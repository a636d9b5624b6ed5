# origin: https://github.com/google/flax/issues/982
# kinds: overflow domain
import flax.linen as nn
import jax
import jax.numpy as jnp
from jax import lax  #-


def dot_product_attention(query, key, value, mask=None, dtype=jnp.float16):
    """query, key, value: [batch, length, heads, depth]; mask broadcasts to [batch, heads, q, kv]."""
    depth = query.shape[-1]
    query = query / jnp.sqrt(depth).astype(dtype)
    attn_weights = jnp.einsum("bqhd,bkhd->bhqk", query, key)
    if mask is not None:
        big_neg = jnp.full(mask.shape, -1e10).astype(dtype)  #!
        attention_bias = lax.select(mask > 0, jnp.zeros(mask.shape, dtype), big_neg)  #-
        attn_weights = attn_weights + attention_bias  #-
        attn_weights = jnp.where(mask > 0, attn_weights, jnp.finfo(dtype).min)  #+
    attn_weights = jax.nn.softmax(attn_weights, axis=-1).astype(dtype)
    return jnp.einsum("bhqk,bkhd->bqhd", attn_weights, value)


class SelfAttention(nn.Module):
    num_heads: int
    dtype: jnp.dtype = jnp.float16

    @nn.compact
    def __call__(self, x, mask=None):
        features = x.shape[-1]
        head_dim = features // self.num_heads
        heads = (self.num_heads, head_dim)
        query = nn.DenseGeneral(heads, dtype=self.dtype, name="query")(x)
        key = nn.DenseGeneral(heads, dtype=self.dtype, name="key")(x)
        value = nn.DenseGeneral(heads, dtype=self.dtype, name="value")(x)
        out = dot_product_attention(query, key, value, mask, self.dtype)
        return nn.DenseGeneral(features, axis=(-2, -1), dtype=self.dtype, name="out")(out)


def encode(params, tokens, embed, num_heads=8):
    valid = tokens > 0
    mask = nn.make_attention_mask(valid, valid, dtype=jnp.float16)
    hidden = embed[tokens].astype(jnp.float16)
    return SelfAttention(num_heads).apply({"params": params}, hidden, mask)
