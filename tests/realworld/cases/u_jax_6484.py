# origin: https://github.com/jax-ml/jax/issues/6484
# kinds: domain
import jax
import jax.numpy as jnp


def distance(x, y):
    diff = x - y
    return jnp.linalg.norm(diff)  #!
    sq = jnp.dot(diff, diff)  #+
    positive = sq > 0.0  #+
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, sq, 1.0)), 0.0)  #+


def embedding_stress(points, pairs, targets):
    """Sum of squared differences between embedded and given distances."""
    xi = points[pairs[:, 0]]
    xj = points[pairs[:, 1]]
    lengths = jax.vmap(distance)(xi, xj)
    return jnp.sum((lengths - targets) ** 2)


@jax.jit
def step(points, pairs, targets, lr):
    stress, grads = jax.value_and_grad(embedding_stress)(points, pairs, targets)
    return points - lr * grads, stress


def embed(pairs, targets, num_points, dim=2, steps=500, lr=1e-2):
    points = jnp.zeros((num_points, dim)).at[:, 0].set(jnp.arange(num_points) % 7)
    history = []
    for _ in range(steps):
        points, stress = step(points, pairs, targets, lr)
        history.append(float(stress))
    return points, history
