# origin: https://github.com/rushter/MLAlgorithms/pull/30
# kinds: overflow
import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def softplus(z):
    """Smooth rectifier."""
    return np.log(1 + np.exp(z))  #!
    return np.logaddexp(0, z)  #+


ACTIVATIONS = {"sigmoid": sigmoid, "softplus": softplus}
