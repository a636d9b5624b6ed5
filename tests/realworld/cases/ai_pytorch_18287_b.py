# origin: https://github.com/pytorch/pytorch/issues/18287
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp


def minimum_image(dr, box):
    return dr - box * jnp.round(dr / box)


def pair_displacements(pos, box):
    dr = pos[:, None, :] - pos[None, :, :]
    return minimum_image(dr, box)


def lennard_jones(pos, box, sigma=3.405, epsilon=0.238, r_cut=8.5):
    """Total potential energy of an argon box, truncated and shifted at r_cut."""
    n = pos.shape[0]
    dr = pair_displacements(pos, box)
    r2 = jnp.sum(dr * dr, axis=-1)
    pair = (r2 < r_cut ** 2) & ~jnp.eye(n, dtype=bool)
    r2 = jnp.where(pair, r2, r_cut ** 2)  #+

    inv6 = (sigma ** 2 / r2) ** 3  #*
    sc6 = (sigma / r_cut) ** 6
    shift = 4.0 * epsilon * (sc6 ** 2 - sc6)
    energy = 4.0 * epsilon * (inv6 ** 2 - inv6) - shift
    energy = jnp.where(pair, energy, 0.0)
    return 0.5 * jnp.sum(energy)


@partial(jax.jit, static_argnames=("steps",))
def run(pos, vel, box, dt=0.002, mass=39.95, steps=1000):
    force_fn = jax.grad(lambda p: -lennard_jones(p, box))

    def body(state, _):
        pos, vel, force = state
        vel = vel + 0.5 * dt * force / mass
        pos = jnp.mod(pos + dt * vel, box)
        force = force_fn(pos)
        vel = vel + 0.5 * dt * force / mass
        kinetic = 0.5 * mass * jnp.sum(vel ** 2)
        return (pos, vel, force), kinetic

    state = (pos, vel, force_fn(pos))
    (pos, vel, _), kinetic = jax.lax.scan(body, state, None, length=steps)
    return pos, vel, kinetic
