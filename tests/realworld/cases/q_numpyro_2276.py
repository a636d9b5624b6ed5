# origin: https://github.com/pyro-ppl/numpyro/pull/2276
# kinds: domain
import jax
import jax.numpy as jnp
from jax.scipy.special import xlogy


class CategoricalProbs:
    """Categorical distribution parametrised by a point of the simplex."""

    def __init__(self, probs):
        self.probs = probs

    @property
    def batch_shape(self):
        return jnp.shape(self.probs)[:-1]

    def sample(self, key, sample_shape=()):
        cdf = jnp.cumsum(self.probs, axis=-1)
        u = jax.random.uniform(key, sample_shape + self.batch_shape + (1,))
        return jnp.sum(u * cdf[..., -1:] > cdf, axis=-1)

    def entropy(self):
        probs = jnp.asarray(self.probs)
        return -(probs * jnp.log(probs)).sum(axis=-1)  #!
        return -xlogy(probs, probs).sum(axis=-1)  #+


class BernoulliProbs:
    def __init__(self, probs):
        self.probs = probs

    def entropy(self):
        p, q = self.probs, 1 - self.probs
        return -(xlogy(p, p) + xlogy(q, q))


def mutual_information(joint):
    """I(X; Y) of a joint probability table (n, m)."""
    hx = CategoricalProbs(joint.sum(axis=1)).entropy()
    hy = CategoricalProbs(joint.sum(axis=0)).entropy()
    hxy = CategoricalProbs(joint.reshape(-1)).entropy()
    return hx + hy - hxy
