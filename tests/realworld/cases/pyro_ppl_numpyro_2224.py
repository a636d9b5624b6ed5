# origin: https://github.com/pyro-ppl/numpyro/pull/2224
# kinds: domain
import jax.numpy as jnp
from jax.scipy.special import logsumexp


class MixtureSameFamily:
    def __init__(self, mixing_probs, component):
        self.mixing_probs = mixing_probs
        self.component = component

    def component_log_probs(self, value):
        return self.component.log_prob(value[..., None]) + jnp.log(self.mixing_probs)  #!
        safe = jnp.where(self.mixing_probs > 0, self.mixing_probs, 1.0)  #+
        return self.component.log_prob(value[..., None]) + jnp.where(self.mixing_probs > 0, jnp.log(safe), -1e30)  #+

    def log_prob(self, value):
        return logsumexp(self.component_log_probs(value), axis=-1)
