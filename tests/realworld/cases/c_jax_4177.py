# origin: https://github.com/jax-ml/jax/issues/4177
# kinds: domain
import jax.numpy as np
from jax import grad


def squared_2_norm(x):
    return np.linalg.norm(x) ** 2  #!
    return np.sum(x**2)  #+


def regularised(params, batch):
    residual = batch["y"] - batch["x"] @ params["w"]
    return np.mean(residual**2) + 0.1 * squared_2_norm(params["w"])


step_gradient = grad(regularised)
