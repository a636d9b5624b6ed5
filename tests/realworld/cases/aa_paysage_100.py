# origin: https://github.com/drckf/paysage/pull/100
# kinds: cancellation precision
import numpy as np


class HeatCapacity(object):
    """Heat capacity of the model per parameter, a second cumulant of the energy.

    HC = (<E^2> - <E>^2), computed online over minibatches of fantasy particles.
    """

    name = 'HeatCapacity'

    def __init__(self):
        self.reset()

    def reset(self):
        self.num = 0
        self.mean = 0.0
        self.mean_square = 0.0  #-
        self.m2 = 0.0  #+

    def update(self, model, samples):
        energies = model.joint_energy(samples)
        for e in energies:
            self.num += 1
            delta = e - self.mean
            self.mean += delta / self.num
            self.mean_square += (e ** 2 - self.mean_square) / self.num  #-
            self.m2 += delta * (e - self.mean)  #+

    def value(self):
        if self.num:
            return self.mean_square - self.mean ** 2  #!
            return self.m2 / self.num  #+
        return None


class GRBM(object):
    """Gaussian visible units, Bernoulli hidden units."""

    def __init__(self, n_visible, n_hidden, seed=0):
        rng = np.random.RandomState(seed)
        self.W = 0.01 * rng.randn(n_visible, n_hidden)
        self.loc = np.zeros(n_visible)
        self.log_var = np.zeros(n_visible)
        self.bias = np.zeros(n_hidden)

    def joint_energy(self, samples):
        v, h = samples
        diff = v - self.loc
        energy = np.sum(diff ** 2 * np.exp(-self.log_var), axis=1) / 2
        energy -= h @ self.bias
        energy -= np.sum((v @ self.W) * h, axis=1)
        return energy


class ProgressMonitor(object):
    def __init__(self, metrics):
        self.metrics = metrics
        self.memory = []

    def epoch_update(self, model, batches):
        for metric in self.metrics:
            metric.reset()
        for samples in batches:
            for metric in self.metrics:
                metric.update(model, samples)
        self.memory.append({m.name: m.value() for m in self.metrics})
        return self.memory[-1]
