# origin: https://github.com/google-deepmind/optax/pull/473
# kinds: domain
import jax.numpy as jnp


def kl_divergence(log_predictions, targets):
    """Divergence of log-probabilities from a target distribution."""
    loss = targets * (jnp.log(targets) - log_predictions)  #!
    safe = jnp.where(targets == 0, 1.0, targets)  #+
    loss = targets * (jnp.where(targets == 0, 0.0, jnp.log(safe)) - log_predictions)  #+
    return jnp.sum(loss, axis=-1)
