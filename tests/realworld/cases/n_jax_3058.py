# origin: https://github.com/jax-ml/jax/issues/3058
# kinds: domain
import jax
import jax.numpy as jnp


def unit(x, axis=-1, eps=1e-12):
    length = jnp.linalg.norm(x, axis=axis, keepdims=True)  #!
    squared = jnp.sum(x * x, axis=axis, keepdims=True)  #+
    length = jnp.sqrt(jnp.where(squared < eps, 1.0, squared))  #+
    return x / length, length


def spring_forces(positions, edges, rest_lengths, stiffness):
    delta = positions[edges[:, 1]] - positions[edges[:, 0]]
    direction, length = unit(delta)
    pull = stiffness * (length - rest_lengths[:, None]) * direction
    forces = jnp.zeros_like(positions)
    forces = forces.at[edges[:, 0]].add(pull)
    return forces.at[edges[:, 1]].add(-pull)


def simulate(stiffness, state, edges, rest_lengths, n_steps=50, dt=0.01):
    gravity = jnp.array([0.0, 0.0, -9.81])

    def step(carry, _):
        x, v = carry
        f = spring_forces(x, edges, rest_lengths, stiffness) + gravity
        v = 0.99 * v + dt * f
        return (x + dt * v, v), x

    (x, _), _ = jax.lax.scan(step, state, None, length=n_steps)
    return x


def target_loss(stiffness, state, edges, rest_lengths, target):
    final = simulate(stiffness, state, edges, rest_lengths)
    return jnp.mean((final - target) ** 2)


grad_stiffness = jax.jit(jax.value_and_grad(target_loss))
