# origin: https://github.com/tracel-ai/burn/issues/5373
# kinds: overflow
from functools import partial
from typing import Callable, NamedTuple

import jax
import jax.numpy as jnp


class Capsule(NamedTuple):
    a: jax.Array
    b: jax.Array
    radius: float


def capsule_sdf(shape: Capsule, p):
    ab = shape.b - shape.a
    t = jnp.clip(jnp.dot(p - shape.a, ab) / jnp.maximum(jnp.dot(ab, ab), 1e-9), 0.0, 1.0)
    d2 = jnp.sum((p - shape.a - t * ab) ** 2)
    return jnp.sqrt(d2 + 1e-12) - shape.radius


def box_sdf(half, p):
    q = jnp.abs(p) - half
    return jnp.max(q)


def smooth_max(a, b, sharpness):
    return jnp.log(jnp.exp(sharpness * a) + jnp.exp(sharpness * b)) / sharpness  #!
    return jnp.logaddexp(sharpness * a, sharpness * b) / sharpness  #+


def smooth_intersection(f: Callable, g: Callable, sharpness: float = 32.0):
    """Rounded intersection of two solids given by their distance functions."""

    def sdf(p):
        return smooth_max(f(p), g(p), sharpness)

    return sdf


def link_shape(capsule, half_extent):
    return smooth_intersection(partial(capsule_sdf, capsule), partial(box_sdf, half_extent))


def collision_cost(sdf, points, margin=0.05):
    dist = jax.vmap(sdf)(points)
    return jnp.mean(jax.nn.relu(margin - dist) ** 2)


def attraction_cost(sdf, points, goal):
    return jnp.mean(jax.vmap(sdf)(points) ** 2) + jnp.sum((points[-1] - goal) ** 2)


@partial(jax.jit, static_argnums=(0,))
def optimise_step(sdf, points, goal, lr=1e-2):
    def objective(pts):
        smooth = jnp.mean((pts[1:] - pts[:-1]) ** 2)
        return collision_cost(sdf, pts) + 1e-2 * attraction_cost(sdf, pts, goal) + 0.1 * smooth

    value, grad = jax.value_and_grad(objective)(points)
    return points - lr * grad, value
