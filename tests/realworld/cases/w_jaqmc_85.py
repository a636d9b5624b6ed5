# origin: https://github.com/bytedance/jaqmc/pull/85
# kinds: cancellation domain
import jax
import jax.numpy as jnp


def to_cartesian(theta, phi):
    return jnp.stack(
        [
            jnp.sin(theta) * jnp.cos(phi),
            jnp.sin(theta) * jnp.sin(phi),
            jnp.cos(theta),
        ],
        axis=-1,
    )


def chord_distances(electrons, radius):
    xyz = to_cartesian(electrons[..., 0], electrons[..., 1])
    cos12 = xyz @ xyz.T  #!
    return radius * jnp.sqrt(2.0 - 2.0 * cos12)  #!
    diff = xyz[:, None, :] - xyz[None, :, :]  #+
    square = jnp.sum(diff**2, axis=-1) + jnp.eye(xyz.shape[0])  #+
    return radius * jnp.sqrt(jnp.maximum(square, 1e-24))  #+


def coulomb_potential(electrons, radius):
    r = chord_distances(electrons, radius)
    i, j = jnp.triu_indices(r.shape[0], k=1)
    return jnp.sum(1.0 / r[i, j])


def local_energy(log_psi, params, electrons, flux):
    radius = jnp.sqrt(flux / 2)
    kinetic = kinetic_energy(log_psi, params, electrons, radius)
    return kinetic + coulomb_potential(electrons, radius)


def kinetic_energy(log_psi, params, electrons, radius):
    flat = electrons.reshape(-1)
    f = lambda x: log_psi(params, x.reshape(electrons.shape))
    grad = jax.grad(f)(flat)
    laplacian = jnp.trace(jax.hessian(f)(flat))
    return -0.5 * (laplacian + jnp.sum(grad**2)) / radius**2
