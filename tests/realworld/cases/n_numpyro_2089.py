# origin: https://github.com/pyro-ppl/numpyro/pull/2089
# kinds: domain
import jax.numpy as jnp
from jax import random
from jax.scipy.special import betaln

from numpyro.distributions import constraints
from numpyro.distributions.distribution import Distribution
from numpyro.distributions.util import promote_shapes, validate_sample


class Beta(Distribution):
    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval
    reparametrized_params = ["concentration1", "concentration0"]

    def __init__(self, concentration1, concentration0, *, validate_args=None):
        self.concentration1, self.concentration0 = promote_shapes(concentration1, concentration0)
        batch_shape = jnp.broadcast_shapes(jnp.shape(concentration1), jnp.shape(concentration0))
        super().__init__(batch_shape=batch_shape, validate_args=validate_args)

    def sample(self, key, sample_shape=()):
        shape = sample_shape + self.batch_shape
        return random.beta(key, self.concentration1, self.concentration0, shape)

    @validate_sample
    def log_prob(self, value):
        log_density = (self.concentration1 - 1.0) * jnp.log(value)  #!
        log_density += (self.concentration0 - 1.0) * jnp.log1p(-value)  #!
        finfo = jnp.finfo(jnp.result_type(value, float))  #+
        interior = jnp.clip(value, finfo.tiny, 1.0 - finfo.eps)  #+
        log_density = (self.concentration1 - 1.0) * jnp.log(interior)  #+
        log_density += (self.concentration0 - 1.0) * jnp.log1p(-interior)  #+
        return log_density - betaln(self.concentration1, self.concentration0)

    @property
    def mean(self):
        return self.concentration1 / (self.concentration1 + self.concentration0)
