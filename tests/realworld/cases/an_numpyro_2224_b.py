# origin: https://github.com/pyro-ppl/numpyro/pull/2224
# kinds: domain
from typing import Optional

import jax
from jax import Array, lax, random
import jax.numpy as jnp
from jax.scipy.special import logsumexp
from jax.scipy.stats import norm


def _safe_log(weights: Array) -> Array:  #+
    positive = weights > 0  #+
    return jnp.where(positive, jnp.log(jnp.where(positive, weights, 1.0)), jnp.finfo(weights.dtype).min)  #+


class CategoricalProbs:
    def __init__(self, probs: Array):
        self.probs = probs

    def sample(self, key: Array, sample_shape: tuple = ()) -> Array:
        u = random.uniform(key, sample_shape + (1,))
        return jnp.argmax(jnp.cumsum(self.probs, -1) >= u, axis=-1)


class MixtureGeneral:
    """Mixture of Normal components with a shared event shape."""

    def __init__(self, mixing_distribution: CategoricalProbs, loc: Array, scale: Array):
        self._mixing_distribution = mixing_distribution
        self.loc = loc
        self.scale = scale

    @property
    def mixture_size(self) -> int:
        return self._mixing_distribution.probs.shape[-1]

    def component_sample(self, key: Array, sample_shape: tuple = ()) -> Array:
        eps = random.normal(key, sample_shape + (self.mixture_size,))
        return self.loc + self.scale * eps

    def sample(self, key: Array, sample_shape: tuple = ()) -> Array:
        key_comp, key_ind = random.split(key)
        samples = self.component_sample(key_comp, sample_shape)
        indices = self._mixing_distribution.sample(key_ind, sample_shape)
        return jnp.take_along_axis(samples, indices[..., None], -1)[..., 0]

    def component_log_probs(self, value: Array) -> Array:
        component = norm.logpdf(value[..., None], self.loc, self.scale)
        log_weights = jnp.log(self._mixing_distribution.probs)  #!
        log_weights = _safe_log(self._mixing_distribution.probs)  #+
        return log_weights + component

    def log_prob(self, value: Array, intermediates: Optional[list] = None) -> Array:
        return logsumexp(self.component_log_probs(value), axis=-1)


def negative_log_likelihood(params: dict, active: Array, data: Array) -> Array:
    """``active`` switches pruned components off."""
    weights = jax.nn.softmax(jnp.where(active, params["logits"], -1e9))
    scale = jax.nn.softplus(params["raw_scale"]) + 1e-3
    mixture = MixtureGeneral(CategoricalProbs(weights), params["loc"], scale)
    return -mixture.log_prob(data).mean()


def fit(params: dict, active: Array, data: Array, num_steps: int = 200, lr: float = 1e-2) -> dict:
    def body(_, p):
        grads = jax.grad(negative_log_likelihood)(p, active, data)
        return jax.tree_util.tree_map(lambda a, g: a - lr * g, p, grads)

    return lax.fori_loop(0, num_steps, body, params)
