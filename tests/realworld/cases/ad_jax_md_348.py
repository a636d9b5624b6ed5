# origin: https://github.com/jax-md/jax-md/pull/348
# kinds: domain
import functools

import jax
import jax.numpy as jnp


@functools.partial(jax.jit, static_argnums=1)
def safe_mask(mask, fn, operand, placeholder=0):
    masked = jnp.where(mask, operand, 0)  #!
    masked = jnp.where(mask, operand, jnp.ones_like(operand))  #+
    return jnp.where(mask, fn(masked), placeholder)  #*


def periodic_displacement(side, dR):
    return jnp.mod(dR + side * 0.5, side) - 0.5 * side


def square_distance(dR):
    return jnp.sum(dR ** 2, axis=-1)


def soft_core_coulomb(charges, r2, cutoff):
    """Screened pair energy; pairs on top of each other and beyond the cutoff do not interact."""
    mask = (r2 > 0) & (r2 < cutoff ** 2)
    inverse_r2 = safe_mask(mask, lambda x: 1.0 / x, r2)
    qq = charges[:, None] * charges[None, :]
    return 0.5 * jnp.sum(qq * inverse_r2)


def make_energy_fn(side, charges, cutoff=3.0):
    def energy_fn(R):
        dR = periodic_displacement(side, R[:, None, :] - R[None, :, :])
        return soft_core_coulomb(charges, square_distance(dR), cutoff)
    return energy_fn


def gradient_descent(energy_fn, R, step_size=1e-3, n_steps=200):
    force_fn = jax.jit(jax.grad(lambda R: -energy_fn(R)))

    def body(_, R):
        return R + step_size * force_fn(R)

    return jax.lax.fori_loop(0, n_steps, body, R)


if __name__ == '__main__':
    key = jax.random.PRNGKey(0)
    side = 8.0
    R = jax.random.uniform(key, (32, 3), maxval=side)
    charges = jnp.ones(32)
    energy_fn = make_energy_fn(side, charges)
    print('initial', energy_fn(R))
    print('final', energy_fn(gradient_descent(energy_fn, R)))
