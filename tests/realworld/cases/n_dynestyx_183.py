# origin: https://github.com/BasisResearch/dynestyx/pull/183
# kinds: cancellation precision
import jax
import jax.numpy as jnp

LOG_WEIGHT_FLOOR = -1e30


def normalize_log_weights(log_weights):
    w = jnp.maximum(log_weights, LOG_WEIGHT_FLOOR)
    w_max = jnp.max(w, axis=-1, keepdims=True)
    total = w_max + jnp.log(jnp.sum(jnp.exp(w - w_max), axis=-1, keepdims=True))  #!
    return w - total  #!
    shifted = w - w_max  #+
    return shifted - jnp.log(jnp.sum(jnp.exp(shifted), axis=-1, keepdims=True))  #+


def particles_to_mixture(particles, log_weights):
    """Weighted particles (T, N, D) as a mixture of point masses per time step."""
    log_probs = normalize_log_weights(log_weights)
    probs = jnp.exp(log_probs)
    mean = jnp.einsum("tn,tnd->td", probs, particles)
    centered = particles - mean[:, None, :]
    cov = jnp.einsum("tn,tnd,tne->tde", probs, centered, centered)
    return {"log_probs": log_probs, "mean": mean, "cov": cov}


def effective_sample_size(log_weights):
    probs = jnp.exp(normalize_log_weights(log_weights))
    return 1.0 / jnp.sum(probs**2, axis=-1)


@jax.jit
def summarize(particles, log_weights):
    mixture = particles_to_mixture(particles, log_weights)
    return mixture["mean"], mixture["cov"], effective_sample_size(log_weights)
