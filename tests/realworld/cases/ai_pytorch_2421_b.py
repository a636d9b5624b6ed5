# origin: https://github.com/pytorch/pytorch/issues/2421
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp


def periodic_displacement(box, ra, rb):
    dr = ra - rb
    return jnp.mod(dr + 0.5 * box, box) - 0.5 * box


def pairwise_distance(box, positions):
    displacement = periodic_displacement(box, positions[:, None, :], positions[None, :, :])
    d2 = jnp.sum(displacement ** 2, axis=-1)
    return jnp.sqrt(d2)  #!
    same = d2 == 0  #+
    return jnp.where(same, 0.0, jnp.sqrt(jnp.where(same, 1.0, d2)))  #+


def soft_sphere(dr, sigma=1.0, epsilon=1.0, alpha=2.0):
    overlap = jnp.clip(1.0 - dr / sigma, 0.0, None)
    return epsilon / alpha * overlap ** alpha


def total_energy(positions, box, sigma=1.0, epsilon=1.0):
    dr = pairwise_distance(box, positions)
    energies = soft_sphere(dr, sigma, epsilon)
    off_diagonal = 1.0 - jnp.eye(positions.shape[0])
    return 0.5 * jnp.sum(energies * off_diagonal)


@partial(jax.jit, static_argnums=(2,))
def minimize(positions, box, steps=200, step_size=0.01):
    force_fn = lambda r: -jax.grad(total_energy)(r, box)

    def body(_, r):
        return jnp.mod(r + step_size * force_fn(r), box)

    return jax.lax.fori_loop(0, steps, body, positions)


if __name__ == "__main__":
    key = jax.random.PRNGKey(0)
    box_size = 9.0
    R = jax.random.uniform(key, (64, 2)) * box_size
    R = minimize(R, box_size)
    print("final energy", total_energy(R, box_size))
