# origin: https://github.com/gbionics/jaxsim/pull/319
# kinds: domain
import jax
import jax.numpy as jnp

from jaxsim.math import Skew


class Rotation:
    @staticmethod
    def from_axis_angle(vector):
        """Build the rotation matrix of an axis-angle vector."""
        vector = vector.squeeze()

        def theta_is_not_zero(axis):
            v = axis / theta_of(axis)
            theta = theta_of(axis)
            s, c = jnp.sin(theta), jnp.cos(theta)
            return c * jnp.eye(3) + s * Skew.wedge(v) + (1 - c) * jnp.outer(v, v)

        theta = jnp.linalg.norm(vector)  #!
        is_zero = jnp.allclose(vector, 0.0)  #+
        safe = jnp.where(is_zero, jnp.ones_like(vector), vector)  #+
        theta = jnp.where(is_zero, 0.0, jnp.linalg.norm(safe))  #+
        return jnp.where(theta == 0.0, jnp.eye(3), theta_is_not_zero(vector + 1e-6))


def theta_of(axis):
    return jnp.sqrt(jnp.vdot(axis, axis) + 1e-12)


def tracking_cost(params, rollout, reference):
    omega = rollout(params)
    R = jax.vmap(Rotation.from_axis_angle)(omega)
    return jnp.mean((R - reference) ** 2)


cost_gradient = jax.jit(jax.grad(tracking_cost), static_argnums=1)
