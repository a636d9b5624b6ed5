# origin: https://github.com/sail-sg/jax_xc/pull/29
# kinds: domain
import jax
import jax.numpy as jnp

DENSITY_THRESHOLD = 1e-12


def gaussian_density(r, coefficients, exponents):
    norm = (exponents / jnp.pi) ** 1.5
    return jnp.sum(coefficients * norm * jnp.exp(-exponents * jnp.sum(r**2)))


def entropy_density(rho):
    present = rho > DENSITY_THRESHOLD
    return jnp.where(present, rho * jnp.log(rho), 0.0)  #!
    rho_safe = jnp.where(present, rho, 1.0)  #+
    return jnp.where(present, rho_safe * jnp.log(rho_safe), 0.0)  #+


def dirac_exchange(rho):
    present = rho > DENSITY_THRESHOLD
    rho_safe = jnp.where(present, rho, 1.0)
    cx = -0.75 * (3.0 / jnp.pi) ** (1.0 / 3.0)
    return jnp.where(present, cx * rho_safe ** (4.0 / 3.0), 0.0)


def total_energy(params, grid, weights, mixing=0.1):
    coefficients, raw_exponents = params
    exponents = jax.nn.softplus(raw_exponents) + 1e-3
    rho = jax.vmap(gaussian_density, in_axes=(0, None, None))(grid, coefficients, exponents)
    integrand = dirac_exchange(rho) + mixing * entropy_density(rho)
    return jnp.sum(weights * integrand)


@jax.jit
def descent_step(params, grid, weights, lr=1e-2):
    energy, grads = jax.value_and_grad(total_energy)(params, grid, weights)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, energy
