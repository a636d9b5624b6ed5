# origin: https://github.com/pyro-ppl/numpyro/pull/2224
# kinds: domain
import jax
import jax.numpy as jnp
from jax import random
from jax.scipy.special import logsumexp
from jax.scipy.stats import norm


def _safe_log(x):  #+
    positive = x > 0  #+
    return jnp.where(positive, jnp.log(jnp.where(positive, x, 1.0)), -jnp.inf)  #+


class CategoricalProbs:
    def __init__(self, probs):
        self.probs = probs

    @property
    def logits(self):
        return jnp.log(self.probs)  #!
        return _safe_log(self.probs)  #+

    def sample(self, key, sample_shape=()):
        flat = random.uniform(key, sample_shape + (1,))
        return (jnp.cumsum(self.probs, -1) < flat).sum(-1).clip(0, self.probs.shape[-1] - 1)


class Normal:
    def __init__(self, loc=0.0, scale=1.0):
        self.loc, self.scale = jnp.broadcast_arrays(jnp.asarray(loc), jnp.asarray(scale))

    def log_prob(self, value):
        return norm.logpdf(value, self.loc, self.scale)

    def sample(self, key, sample_shape=()):
        return self.loc + self.scale * random.normal(key, sample_shape + self.loc.shape)


class MixtureSameFamily:
    """Marginalised finite mixture of components from the same family."""

    def __init__(self, mixing_distribution, component_distribution):
        self._mixing_distribution = mixing_distribution
        self._component_distribution = component_distribution

    @property
    def mixture_dim(self):
        return -1

    def component_log_probs(self, value):
        value = jnp.expand_dims(value, self.mixture_dim)
        component_log_probs = self._component_distribution.log_prob(value)
        return self._mixing_distribution.logits + component_log_probs

    def log_prob(self, value):
        return logsumexp(self.component_log_probs(value), axis=self.mixture_dim)

    def sample(self, key, sample_shape=()):
        key_comp, key_ind = random.split(key)
        samples = self._component_distribution.sample(key_comp, sample_shape)
        indices = self._mixing_distribution.sample(key_ind, sample_shape)
        return jnp.take_along_axis(samples, indices[..., None], axis=-1)[..., 0]


def potential_fn(params, data):
    mixture = MixtureSameFamily(
        CategoricalProbs(params["weights"]),
        Normal(params["locs"], jnp.exp(params["log_scales"])),
    )
    return -mixture.log_prob(data).sum()


@jax.jit
def gradient_step(params, data, lr=1e-3):
    value, grads = jax.value_and_grad(potential_fn)(params, data)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    params["weights"] = jnp.clip(params["weights"], 0.0, 1.0)
    return value, params
