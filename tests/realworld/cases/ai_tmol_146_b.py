# origin: https://github.com/uw-ipd/tmol/pull/146
# kinds: domain
from typing import NamedTuple

import jax
import jax.numpy as jnp

GRAVITY = jnp.array([0.0, 0.0, -9.81])


class Quad(NamedTuple):
    mass: float = 0.5
    drag: float = 0.08
    max_thrust: float = 12.0


class State(NamedTuple):
    pos: jnp.ndarray
    vel: jnp.ndarray


def speed(v):
    return jnp.linalg.norm(v)  #!
    sq = jnp.sum(v * v)  #+
    moving = sq > 0.0  #+
    return jnp.where(moving, jnp.sqrt(jnp.where(moving, sq, 1.0)), 0.0)  #+


def acceleration(quad, state, thrust):
    """thrust: world-frame force in newtons"""
    force = jnp.clip(thrust, -quad.max_thrust, quad.max_thrust)
    drag = -quad.drag * speed(state.vel) * state.vel
    return GRAVITY + (force + drag) / quad.mass


def step(quad, state, thrust, dt):
    acc = acceleration(quad, state, thrust)
    vel = state.vel + dt * acc
    return State(state.pos + dt * vel, vel)


def rollout(quad, state, thrusts, dt=0.02):
    def body(s, u):
        s = step(quad, s, u, dt)
        return s, s.pos

    return jax.lax.scan(body, state, thrusts)


def cost(thrusts, quad, state, goal, effort=1e-3):
    final, path = rollout(quad, state, thrusts)
    miss = jnp.sum((path - goal) ** 2, axis=1).mean()
    return miss + effort * jnp.mean(thrusts ** 2) + jnp.sum(final.vel ** 2)


def plan(quad, start, goal, horizon=100, iters=200, lr=0.05):
    """Open-loop plan by gradient descent, starting from hover at rest."""
    state = State(jnp.asarray(start), jnp.zeros(3))
    hover = -quad.mass * GRAVITY
    thrusts = jnp.tile(hover, (horizon, 1))
    grad_fn = jax.jit(jax.grad(cost), static_argnums=1)
    for _ in range(iters):
        g = grad_fn(thrusts, quad, state, goal)
        g = g / jnp.maximum(1.0, jnp.max(jnp.abs(g)))
        thrusts = thrusts - lr * g
    return thrusts
