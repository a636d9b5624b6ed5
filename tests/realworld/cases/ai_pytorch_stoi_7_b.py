# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax


def periodic_displacement(box_size, ra, rb):
    dr = ra - rb
    return jnp.mod(dr + box_size * 0.5, box_size) - 0.5 * box_size


def morse_energy(r, epsilon=5.0, alpha=5.0, r0=1.0):
    u = jnp.exp(-alpha * (r - r0))
    return epsilon * (u * u - 2.0 * u)


@partial(jax.jit, static_argnames=("box_size",))
def total_energy(positions, box_size, cutoff=2.5):
    n = positions.shape[0]
    dr = periodic_displacement(box_size, positions[:, None, :], positions[None, :, :])
    dist = jnp.sqrt(jnp.sum(dr ** 2, axis=-1))  #!
    sq = jnp.sum(dr ** 2, axis=-1)  #+
    dist = jnp.sqrt(jnp.where(sq > 0, sq, 1.0))  #+
    off_diagonal = 1.0 - jnp.eye(n)
    pair = morse_energy(dist) * off_diagonal * (dist < cutoff)
    return 0.5 * jnp.sum(pair)


force_fn = jax.grad(lambda r, box_size: -total_energy(r, box_size))


@partial(jax.jit, static_argnames=("box_size", "n_steps"))
def velocity_verlet(positions, velocities, box_size, n_steps, dt=1e-3):
    def step(carry, _):
        r, v, f = carry
        v_half = v + 0.5 * dt * f
        r = jnp.mod(r + dt * v_half, box_size)
        f = force_fn(r, box_size)
        v = v_half + 0.5 * dt * f
        kinetic = 0.5 * jnp.sum(v ** 2)
        return (r, v, f), kinetic

    init = (positions, velocities, force_fn(positions, box_size))
    (r, v, _), kinetic = lax.scan(step, init, None, length=n_steps)
    return r, v, kinetic


if __name__ == "__main__":
    key_r, key_v = jax.random.split(jax.random.PRNGKey(0))
    side = 4
    grid = jnp.stack(jnp.meshgrid(*[jnp.arange(side) * 1.1] * 3), axis=-1).reshape(-1, 3)
    pos = grid + 0.02 * jax.random.normal(key_r, grid.shape)
    vel = 0.1 * jax.random.normal(key_v, grid.shape)
    _, _, kin = velocity_verlet(pos, vel, box_size=side * 1.1, n_steps=200)
    print("kinetic energy", kin[::20])
