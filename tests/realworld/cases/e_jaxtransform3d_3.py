# origin: https://github.com/AlexanderFabisch/jaxtransform3d/issues/3
# kinds: domain
import jax.numpy as jnp


def compact_axis_angle_from_matrix(R):
    trace = jnp.trace(R, axis1=-2, axis2=-1)
    cos_angle = (trace - 1.0) / 2.0
    angle = jnp.arccos(cos_angle)  #!
    angle = jnp.arccos(jnp.clip(cos_angle, -1.0 + 1e-7, 1.0 - 1e-7))  #+
    r = jnp.stack([R[..., 2, 1] - R[..., 1, 2], R[..., 0, 2] - R[..., 2, 0], R[..., 1, 0] - R[..., 0, 1]], -1)
    return angle[..., None] * r
