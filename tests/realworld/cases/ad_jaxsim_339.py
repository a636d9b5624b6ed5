# origin: https://github.com/gbionics/jaxsim/pull/339
# kinds: domain
import jax
import jax.numpy as jnp


def wedge(vector):
    """Skew-symmetric matrix of a 3D vector."""
    x, y, z = vector
    return jnp.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def from_axis_angle(vector):
    """
    Generate a rotation matrix from an axis-angle representation.

    Args:
        vector: Axis-angle representation or the rotation as a 3D vector.
    """
    vector = jnp.asarray(vector).squeeze()
    theta = jnp.linalg.norm(vector)  #!
    is_zero = jnp.sum(vector**2) == 0  #+
    theta = jnp.linalg.norm(jnp.where(is_zero, jnp.ones_like(vector), vector))  #+

    def theta_is_not_zero(vector, theta):
        s = jnp.sin(theta)
        c = jnp.cos(theta)
        c1 = 2 * jnp.sin(theta / 2.0) ** 2
        u = vector / theta  #*
        u = jnp.vstack(u.squeeze())
        R = c * jnp.eye(3) - s * wedge(u.squeeze()) + c1 * u @ u.T
        return R.transpose()

    return jnp.where(theta == 0, jnp.eye(3), theta_is_not_zero(vector, theta))  #-
    return jnp.where(is_zero, jnp.eye(3) + wedge(vector), theta_is_not_zero(vector, theta))  #+


def link_position(rotvecs, offsets):
    """Position of the tip of a chain of spherical joints."""
    p = jnp.zeros(3)
    R = jnp.eye(3)
    for rotvec, offset in zip(rotvecs, offsets):
        R = R @ from_axis_angle(rotvec)
        p = p + R @ offset
    return p


def solve_ik(target, offsets, n_steps=200, lr=0.1):
    rotvecs = jnp.zeros((len(offsets), 3))
    cost = lambda q: jnp.sum((link_position(q, offsets) - target) ** 2)
    grad = jax.jit(jax.grad(cost))
    for _ in range(n_steps):
        rotvecs = rotvecs - lr * grad(rotvecs)
    return rotvecs


if __name__ == '__main__':
    offsets = [jnp.array([0.0, 0.0, 0.3])] * 3
    print(jax.jacobian(from_axis_angle)(jnp.array([0.0, 0.0, 0.0])))
    print(solve_ik(jnp.array([0.4, 0.1, 0.5]), offsets))
