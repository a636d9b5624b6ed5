import jax
import jax.numpy as jnp

def f(logits, mask):
    logits = jnp.where(mask, logits, -jnp.inf)
    logp = jax.nn.log_softmax(logits)
    return -jnp.sum(jnp.exp(logp) * logp)  # NS307
