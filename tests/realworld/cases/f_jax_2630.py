# origin: https://github.com/jax-ml/jax/issues/2630
# kinds: domain
import dataclasses
from functools import partial

import jax
import jax.numpy as jnp


@dataclasses.dataclass(frozen=True)
class OrificeConfig:
    discharge: float = 0.62
    area: float = 2e-4
    dt: float = 1e-2


def outflow(config, level):
    flow = jnp.where(level <= 0, 0.0, config.discharge * config.area * jnp.sqrt(19.62 * level))  #!
    wet = jnp.where(level <= 0, 1.0, level)  #+
    flow = jnp.where(level <= 0, 0.0, config.discharge * config.area * jnp.sqrt(19.62 * wet))  #+
    return flow


@partial(jax.jit, static_argnums=0)
def simulate(config, initial, inflow):
    def step(level, q):
        level = level + config.dt * (q - outflow(config, level))
        return level, level

    return jax.lax.scan(step, initial, inflow)[1]


@partial(jax.grad, argnums=1)
def sensitivity(config, initial, inflow, observed):
    return jnp.sum((simulate(config, initial, inflow) - observed) ** 2)
