import jax
import jax.numpy as jnp

def softmax(logits, ids, n):
    e = jnp.exp(logits)  # NS104
    z = jax.ops.segment_sum(e, ids, num_segments=n)
    return e / z[ids]
