# origin: https://github.com/pyro-ppl/numpyro/pull/2224
# kinds: domain
import jax
import jax.numpy as jnp
from jax import random
from jax.scipy.special import logsumexp

import numpyro
import numpyro.distributions as dist
from numpyro.distributions import constraints
from numpyro.infer import MCMC, NUTS


class MixtureSameFamily(dist.Distribution):
    """Marginalized finite mixture of one batched component distribution."""

    arg_constraints = {"weights": constraints.simplex}
    pytree_data_fields = ("weights", "component_distribution")

    def __init__(self, weights, component_distribution, *, validate_args=None):
        self.weights = weights
        self.component_distribution = component_distribution
        super().__init__(
            batch_shape=component_distribution.batch_shape[:-1],
            event_shape=component_distribution.event_shape,
            validate_args=validate_args,
        )

    @constraints.dependent_property
    def support(self):
        return self.component_distribution.support

    @property
    def mixture_dim(self):
        return -self.event_dim - 1

    def component_log_probs(self, value):
        value = jnp.expand_dims(value, self.mixture_dim)
        log_weights = jnp.log(self.weights)  #!
        positive = self.weights > 0  #+
        safe_weights = jnp.where(positive, self.weights, 1.0)  #+
        log_weights = jnp.where(positive, jnp.log(safe_weights), -jnp.inf)  #+
        return log_weights + self.component_distribution.log_prob(value)

    def log_prob(self, value):
        return logsumexp(self.component_log_probs(value), axis=-1)

    def sample(self, key, sample_shape=()):
        key_index, key_value = random.split(key)
        shape = sample_shape + self.batch_shape
        index = random.choice(key_index, self.weights.shape[-1], shape, p=self.weights)
        values = self.component_distribution.sample(key_value, sample_shape)
        return jnp.take_along_axis(values, index[..., None], axis=-1)[..., 0]


def model(data, active):
    """Mixture in which some components are switched off by the design."""
    raw = numpyro.sample("raw", dist.Gamma(1.0, 1.0).expand(active.shape).to_event(1))
    weights = raw * active / jnp.sum(raw * active)
    loc = numpyro.sample("loc", dist.Normal(0.0, 5.0).expand(active.shape).to_event(1))
    scale = numpyro.sample("scale", dist.LogNormal(0.0, 0.5))
    components = dist.Normal(loc, scale)
    with numpyro.plate("data", data.shape[0]):
        numpyro.sample("obs", MixtureSameFamily(weights, components), obs=data)


def run(data, active, num_warmup=500, num_samples=500, seed=0):
    mcmc = MCMC(NUTS(model), num_warmup=num_warmup, num_samples=num_samples)
    mcmc.run(random.PRNGKey(seed), data, active)
    return jax.tree_util.tree_map(lambda s: s.mean(axis=0), mcmc.get_samples())
