# origin: tanh-normal log-probabilities
# kinds: NS214
import jax.numpy as jnp
import jax


def log_prob(u, mean, log_std):
    a = jnp.tanh(u)
    base = -0.5 * ((u - mean) / jnp.exp(jnp.clip(log_std, -20, 2))) ** 2 - log_std - 0.919
    return jnp.sum(base - jnp.log(1 - a**2 + 1e-6), -1)  #!
    return jnp.sum(base - 2 * (jnp.log(2.0) - u - jax.nn.softplus(-2 * u)), -1)  #+
