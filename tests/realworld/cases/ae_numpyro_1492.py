# origin: https://github.com/pyro-ppl/numpyro/issues/1492
# kinds: underflow domain cancellation
import jax.numpy as jnp
from jax import random
from jax.scipy.special import log_ndtr, ndtr, ndtri


class Normal:
    def __init__(self, loc=0.0, scale=1.0):
        self.loc, self.scale = jnp.broadcast_arrays(jnp.asarray(loc), jnp.asarray(scale))
        self.batch_shape = self.loc.shape

    def log_prob(self, value):
        normalize_term = jnp.log(jnp.sqrt(2 * jnp.pi) * self.scale)
        value_scaled = (value - self.loc) / self.scale
        return -0.5 * value_scaled**2 - normalize_term

    def cdf(self, value):
        return ndtr((value - self.loc) / self.scale)

    def log_cdf(self, value):
        return log_ndtr((value - self.loc) / self.scale)

    def icdf(self, q):
        return self.loc + self.scale * ndtri(q)


class TwoSidedTruncatedDistribution:
    def __init__(self, base_dist, low=0.0, high=1.0):
        self.base_dist = base_dist
        self.low, self.high = low, high
        self.batch_shape = base_dist.batch_shape

    @property
    def _tail_prob_at_low(self):
        # if low < loc, returns cdf(low); otherwise returns 1 - cdf(low)
        loc = self.base_dist.loc
        sign = jnp.where(loc >= self.low, 1.0, -1.0)
        return self.base_dist.cdf(loc - sign * (loc - self.low))

    @property
    def _tail_prob_at_high(self):
        # if low < loc, returns cdf(high); otherwise returns 1 - cdf(high)
        loc = self.base_dist.loc
        sign = jnp.where(loc >= self.low, 1.0, -1.0)
        return self.base_dist.cdf(loc - sign * (loc - self.high))

    @property
    def _log_diff_tail_probs(self):
        loc = self.base_dist.loc  #+
        sign = jnp.where(self.base_dist.loc >= self.low, 1.0, -1.0)
        return jnp.log(sign * (self._tail_prob_at_high - self._tail_prob_at_low))  #!
        log_a = self.base_dist.log_cdf(loc - sign * (loc - self.high))  #+
        log_b = self.base_dist.log_cdf(loc - sign * (loc - self.low))  #+
        hi, lo = jnp.maximum(log_a, log_b), jnp.minimum(log_a, log_b)  #+
        return hi + jnp.log(-jnp.expm1(jnp.minimum(lo - hi, -1e-6)))  #+

    def sample(self, key, sample_shape=()):
        u = random.uniform(key, sample_shape + self.batch_shape, minval=jnp.finfo(jnp.float32).tiny)
        loc = self.base_dist.loc
        sign = jnp.where(loc >= self.low, 1.0, -1.0)
        q = (1 - u) * self._tail_prob_at_low + u * self._tail_prob_at_high
        q = jnp.clip(q, jnp.finfo(jnp.float32).tiny, 1.0 - jnp.finfo(jnp.float32).eps)  #+
        return (1 - sign) * loc + sign * self.base_dist.icdf(q)

    def log_prob(self, value):
        # NB: we use a more numerically stable formula for a symmetric base distribution
        return self.base_dist.log_prob(value) - self._log_diff_tail_probs


def TruncatedNormal(loc=0.0, scale=1.0, *, low, high):
    return TwoSidedTruncatedDistribution(Normal(loc, scale), low=low, high=high)


def nll(params, data, low, high):
    dist = TruncatedNormal(params["loc"], jnp.exp(params["log_scale"]), low=low, high=high)
    return -jnp.sum(dist.log_prob(data))
