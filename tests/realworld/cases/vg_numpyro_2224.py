# origin: https://github.com/pyro-ppl/numpyro/pull/2224
# kinds: domain
import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp


class MixtureSameFamily:
    """A finite mixture: probabilities of components and a batch of component distributions."""

    def __init__(self, probs, component):
        self.mixing_probs = probs
        self.component = component

    def component_log_probs(self, value):
        value = jnp.expand_dims(value, -1)
        weights = self.mixing_probs
        weights = jnp.where(self.mixing_probs > 0, self.mixing_probs, 1e-30)  #+
        return jnp.log(weights) + self.component.log_prob(value)  #*

    def log_prob(self, value):
        return logsumexp(self.component_log_probs(value), axis=-1)


def fit(mixture, data, rate=1e-2, steps=100):
    def loss(params):
        return -jnp.mean(mixture(params).log_prob(data))

    params = jnp.zeros(3)
    for _ in range(steps):
        params = params - rate * jax.grad(loss)(params)
    return params
