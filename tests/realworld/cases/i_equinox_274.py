# origin: https://github.com/patrick-kidger/equinox/pull/274
# kinds: domain
import math

import jax
import jax.numpy as jnp


def dot_product_attention_weights(query, key, mask=None):
    logits = jnp.einsum("sd,Sd->sS", query / math.sqrt(query.shape[-1]), key)
    if mask is not None:
        logits = jnp.where(mask, logits, -jnp.inf)  #-
        logits = jnp.where(mask, logits, jnp.finfo(logits.dtype).min)  #+
    return jax.nn.softmax(logits, axis=-1)  #*


class MultiheadAttention:
    def __init__(self, key, num_heads, size):
        keys = jax.random.split(key, 4)
        self.num_heads = num_heads
        self.wq, self.wk, self.wv, self.wo = (jax.random.normal(k, (size, size)) / math.sqrt(size) for k in keys)

    def __call__(self, query, key_, value, mask=None):
        def heads(x, w):
            return (x @ w).reshape(x.shape[0], self.num_heads, -1)

        q, k, v = heads(query, self.wq), heads(key_, self.wk), heads(value, self.wv)
        in_axes = (1, 1, None if mask is None else 0)
        weights = jax.vmap(dot_product_attention_weights, in_axes=in_axes)(q, k, mask)
        out = jnp.einsum("hsS,Shd->shd", weights, v)
        return out.reshape(query.shape[0], -1) @ self.wo
