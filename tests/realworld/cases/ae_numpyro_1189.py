# origin: https://github.com/pyro-ppl/numpyro/pull/1189
# kinds: domain
import jax
import jax.numpy as jnp
from jax import lax, random


class SoftLaplace:
    """
    Smooth distribution with Laplace-like tail behavior.

    This distribution corresponds to the log-convex density::

        z = (value - loc) / scale
        log_prob = log(2 / pi) - log(scale) - logaddexp(z, -z)

    Like the Laplace density, this density has the heaviest possible tails
    (asymptotically) while still being log-convex.
    """

    def __init__(self, loc, scale):
        self.loc, self.scale = jnp.broadcast_arrays(jnp.asarray(loc), jnp.asarray(scale))
        self.batch_shape = lax.broadcast_shapes(jnp.shape(loc), jnp.shape(scale))

    def log_prob(self, value):
        z = (value - self.loc) / self.scale
        return jnp.log(2 / jnp.pi) - jnp.log(self.scale) - jnp.logaddexp(z, -z)

    def sample(self, key, sample_shape=()):
        dtype = jnp.result_type(float)
        finfo = jnp.finfo(dtype)  #+
        minval = finfo.tiny  #+
        u = random.uniform(key, shape=sample_shape + self.batch_shape, dtype=dtype)  #!
        u = random.uniform(key, shape=sample_shape + self.batch_shape, dtype=dtype, minval=minval)  #+
        return self.icdf(u)

    def cdf(self, value):
        z = (value - self.loc) / self.scale
        return jnp.arctan(jnp.exp(z)) * (2 / jnp.pi)

    def icdf(self, value):
        return jnp.log(jnp.tan(value * (jnp.pi / 2))) * self.scale + self.loc  #*

    @property
    def mean(self):
        return jnp.broadcast_to(self.loc, self.batch_shape)

    @property
    def variance(self):
        return jnp.broadcast_to((jnp.pi / 2 * self.scale) ** 2, self.batch_shape)


def predictive(key, x, num_samples=100_000):
    """Prior predictive of a robust linear model with soft Laplace noise."""
    k_w, k_noise = random.split(key)
    w = random.normal(k_w, (num_samples, x.shape[-1]))
    noise = SoftLaplace(0.0, 1.0).sample(k_noise, (num_samples, x.shape[0]))
    y = w @ x.T + noise
    return y.mean(axis=0), y.std(axis=0)


def monte_carlo_entropy(key, loc, scale, n=1_000_000):
    d = SoftLaplace(loc, scale)
    samples = d.sample(key, (n,))
    return -jnp.mean(d.log_prob(samples), axis=0)


entropy_grad = jax.grad(lambda scale, key: monte_carlo_entropy(key, 0.0, scale))
