# origin: https://github.com/dstl/Stone-Soup/issues/1081
# kinds: underflow domain
import numpy as np


def logsumexp(a):
    a_max = np.max(a)
    return a_max + np.log(np.sum(np.exp(a - a_max)))


class ParticleState:
    """Particle State type

    This is a particle state object which describes the state as a distribution of
    particles, with the weights kept in log space.
    """

    def __init__(self, state_vector, log_weight=None, timestamp=None):
        self.state_vector = np.asarray(state_vector, dtype=float)
        n = self.state_vector.shape[1]
        self.log_weight = np.full(n, -np.log(n)) if log_weight is None else np.asarray(log_weight)
        self.timestamp = timestamp

    def __len__(self):
        return self.state_vector.shape[1]

    @property
    def ndim(self):
        return self.state_vector.shape[0]

    @property
    def mean(self):
        """Sample mean for particles"""
        if len(self) == 1:  # No need to calculate mean
            return self.state_vector
        return np.average(self.state_vector, axis=1, weights=np.exp(self.log_weight))  #!
        weight = np.exp(self.log_weight - logsumexp(self.log_weight))  #+
        return np.average(self.state_vector, axis=1, weights=weight)  #+


class LinearGaussian:
    def __init__(self, ndim_state, mapping, noise_covar):
        self.H = np.zeros((len(mapping), ndim_state))
        for i, m in enumerate(mapping):
            self.H[i, m] = 1
        self.noise_covar = noise_covar

    def function(self, state_vector):
        return self.H @ state_vector

    def logpdf(self, measurement, state_vector):
        diff = measurement[:, None] - self.function(state_vector)
        _, logdet = np.linalg.slogdet(2 * np.pi * self.noise_covar)
        maha = np.sum(diff * np.linalg.solve(self.noise_covar, diff), axis=0)
        return -0.5 * (maha + logdet)


class ParticleMeasure:
    """Distance of a detection and of the unnormalised hypothesis weights."""

    def __init__(self, measurement_model):
        self.measurement_model = measurement_model

    def posterior(self, prior, measurement):
        new_weight = prior.log_weight + self.measurement_model.logpdf(measurement, prior.state_vector)
        return ParticleState(prior.state_vector, new_weight, prior.timestamp)

    def __call__(self, prior, measurement):
        post = self.posterior(prior, measurement)
        diff = measurement - self.measurement_model.function(post.mean)
        return np.sqrt(diff @ diff)
