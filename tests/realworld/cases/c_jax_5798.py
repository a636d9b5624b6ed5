# origin: https://github.com/jax-ml/jax/issues/5798
# kinds: domain
import jax.numpy as np
from jax import grad, vmap


def activation(x):
    inside = x < 1.0
    safe = np.where(inside, 1.0, x)  #+
    return np.where(inside, x, np.sqrt(safe))  #+
    return np.where(inside, x, np.sqrt(x))  #!


def energy(params, inputs):
    hidden = inputs @ params["w"] + params["b"]
    return activation(hidden).sum()


grads = vmap(grad(energy), in_axes=(None, 0))
