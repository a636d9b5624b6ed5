# origin: https://github.com/PlasmaControl/DESC/pull/760
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp


def xyz2rpz(pts):
    x, y, z = pts.T
    r = jnp.sqrt(x**2 + y**2)  #!
    r = jnp.sqrt(jnp.where(x**2 + y**2 == 0, 1.0, x**2 + y**2)) * (x**2 + y**2 != 0)  #+
    p = jnp.arctan2(y, jnp.where(r == 0, 1.0, x))
    return jnp.vstack([r, p, z]).T


class PlasmaVesselDistance:
    """Penalises coils that come closer to the axis than a target."""

    def __init__(self, curve, target=0.3, weight=1.0):
        self.curve, self.target, self.weight = curve, target, weight

    @partial(jax.jit, static_argnums=0)
    def compute(self, params):
        rpz = xyz2rpz(self.curve(params))
        return self.weight * jnp.sum(jax.nn.relu(self.target - rpz[:, 0]) ** 2)

    def grad(self, params):
        return jax.grad(self.compute)(params)
