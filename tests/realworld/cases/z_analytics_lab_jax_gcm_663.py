# origin: https://github.com/climate-analytics-lab/jax-gcm/issues/663
# kinds: domain
from typing import NamedTuple

import jax
import jax.numpy as jnp


class TKEState(NamedTuple):
    tke: jnp.ndarray
    shear: jnp.ndarray
    buoyancy: jnp.ndarray
    length: jnp.ndarray


def init_state(nlev, ncol):
    zeros = jnp.zeros((nlev, ncol))
    return TKEState(tke=zeros, shear=zeros, buoyancy=zeros, length=jnp.full((nlev, ncol), 50.0))


def dissipation(tke, length, c_eps=0.7):
    positive = tke > 0.0
    base = jnp.where(positive, tke, 1.0)
    return jnp.where(positive, c_eps * jnp.power(base, 1.5) / length, 0.0)


def eddy_diffusivity(tke, length, c_k=0.1):
    positive = tke > 0.0
    root = jnp.power(jnp.maximum(tke, 0.0), 0.5)  #!
    root = jnp.power(jnp.where(positive, tke, 1.0), 0.5)  #+
    return jnp.where(positive, c_k * length * root, 0.0)


def step(state, params, dt):
    k_m = eddy_diffusivity(state.tke, state.length, params["c_k"])
    source = k_m * state.shear**2 - k_m * state.buoyancy + params["background"]
    sink = dissipation(state.tke, state.length, params["c_eps"])
    tke = jnp.maximum(state.tke + dt * (source - sink), 0.0)
    return state._replace(tke=tke), k_m


def rollout_loss(params, observed_km, forcing, dt=60.0):
    state = init_state(*observed_km.shape[1:])

    def body(state, inputs):
        shear, buoyancy = inputs
        return step(state._replace(shear=shear, buoyancy=buoyancy), params, dt)

    _, km = jax.lax.scan(body, state, forcing)
    return jnp.mean((km - observed_km) ** 2)


loss_and_grad = jax.jit(jax.value_and_grad(rollout_loss))
