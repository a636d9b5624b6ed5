# origin: https://github.com/gbionics/jaxsim/pull/319
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp


def quaternion_derivative(quaternion, omega, K=0.1):
    """Derivative of a quaternion, with a Baumgarte term which keeps it of unit length."""
    w, x, y, z = quaternion
    Q = jnp.array([[w, -x, -y, -z], [x, w, -z, y], [y, z, w, -x], [z, -y, x, w]])
    norm_omega = jnp.linalg.norm(omega)  #!
    is_zero = jnp.all(omega == 0.0)  #+
    omega_safe = jnp.where(is_zero, jnp.ones_like(omega), omega)  #+
    norm_omega = jnp.where(is_zero, 0.0, jnp.linalg.norm(omega_safe))  #+
    vec = jnp.hstack([K * norm_omega * (1.0 - jnp.linalg.norm(quaternion)), omega])
    return 0.5 * Q @ vec


def joint_torques(q, qd, stiffness, damping):
    return -stiffness * q - damping * qd


@partial(jax.jit, static_argnames=("steps",))
def rollout(state, inertia, stiffness, damping, steps=100, dt=1e-3):
    def body(carry, _):
        quat, omega, q, qd = carry
        tau = joint_torques(q, qd, stiffness, damping)
        qd = qd + dt * tau / inertia
        q = q + dt * qd
        quat = quat + dt * quaternion_derivative(quat, omega)
        omega = omega + dt * jnp.zeros(3).at[2].set(tau.sum() / inertia.sum())
        return (quat, omega, q, qd), q

    return jax.lax.scan(body, state, None, length=steps)


def tracking_loss(params, state, target):
    stiffness, damping, inertia, omega0 = params
    state = (state[0], omega0) + tuple(state[2:])
    (quat, *_), traj = rollout(state, inertia, stiffness, damping)
    return jnp.mean((traj - target) ** 2) + jnp.sum((quat - jnp.array([1.0, 0, 0, 0])) ** 2)


def identify(stiffness, damping, inertia, target, n_joints, lr=1e-2, iterations=200):
    """Fits the joint parameters and the initial angular velocity of the base, which starts at rest."""
    params = (stiffness, damping, inertia, jnp.zeros(3))
    state = (jnp.array([1.0, 0.0, 0.0, 0.0]), jnp.zeros(3), 0.1 * jnp.ones(n_joints), jnp.zeros(n_joints))
    grad_fn = jax.jit(jax.value_and_grad(tracking_loss))
    for _ in range(iterations):
        loss, grads = grad_fn(params, state, target)
        params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, loss
