# origin: https://github.com/jax-ml/jax/issues/347
# kinds: domain
import jax.numpy as np
from jax import grad


def radius(x):
    x = np.sqrt(np.sum(x**2, axis=1))  #!
    x = np.sqrt(np.maximum(np.sum(x**2, axis=1), 1e-12))  #+
    return np.where(x > 0.5, x, 1.0)


def potential(x):
    return np.sum(1.0 / radius(x))


force = grad(potential)
