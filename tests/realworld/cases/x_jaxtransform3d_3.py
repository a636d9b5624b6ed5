# origin: https://github.com/AlexanderFabisch/jaxtransform3d/issues/3
# kinds: domain explosion
import jax
import jax.numpy as jnp


def differentiable_arccos(x):
    return jnp.arccos(jnp.clip(x, -1.0, 1.0))  #!
    return jnp.arccos(jnp.clip(x, -1.0 + 1e-6, 1.0 - 1e-6))  #+


def rotation_angle(R):
    """Angle of rotation of (..., 3, 3) matrices."""
    cos_angle = 0.5 * (jnp.trace(R, axis1=-2, axis2=-1) - 1.0)
    return differentiable_arccos(cos_angle)


def matrix_from_two_vectors(a, b):
    x = a / (jnp.sqrt(jnp.sum(a * a, axis=-1, keepdims=True) + 1e-12))
    b = b - jnp.sum(x * b, axis=-1, keepdims=True) * x
    y = b / (jnp.sqrt(jnp.sum(b * b, axis=-1, keepdims=True) + 1e-12))
    z = jnp.cross(x, y)
    return jnp.stack([x, y, z], axis=-1)


def smoothness(R):
    relative = jnp.swapaxes(R[:-1], -1, -2) @ R[1:]
    return jnp.sum(rotation_angle(relative))


def tracking_error(R, R_measured):
    return jnp.sum(rotation_angle(jnp.swapaxes(R, -1, -2) @ R_measured))


def objective(params, R_measured, weight=0.1):
    R = matrix_from_two_vectors(params[:, :3], params[:, 3:])
    return tracking_error(R, R_measured) + weight * smoothness(R)


@jax.jit
def update(params, R_measured, lr=1e-2):
    value, grad = jax.value_and_grad(objective)(params, R_measured)
    return params - lr * grad, value


def smooth_trajectory(R_measured, steps=100):
    params = jnp.concatenate([R_measured[..., 0], R_measured[..., 1]], axis=-1)
    for _ in range(steps):
        params, value = update(params, R_measured)
    return matrix_from_two_vectors(params[:, :3], params[:, 3:]), value
