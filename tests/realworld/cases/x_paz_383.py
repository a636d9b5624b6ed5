# origin: https://github.com/oarriaga/paz/pull/383
# kinds: vanishing
import jax
import jax.numpy as jnp


def hat(omega):
    x, y, z = omega
    return jnp.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def safe_norm(x):  #-
    squared = jnp.sum(x * x)  #-
    is_zero = squared == 0.0  #-
    norm = jnp.sqrt(jnp.where(is_zero, 1.0, squared))  #-
    return jnp.where(is_zero, 0.0, norm)  #!


def exp_so3(omega):
    W = hat(omega)
    theta = safe_norm(omega)  #!
    W = W / jnp.where(theta > 0.0, theta, 1.0)  #!
    R = jnp.eye(3) + jnp.sin(theta) * W + (1.0 - jnp.cos(theta)) * (W @ W)  #!
    theta_2 = jnp.sum(omega * omega)  #+
    small = theta_2 < 1e-4  #+
    theta = jnp.sqrt(jnp.where(small, 1.0, theta_2))  #+
    A = jnp.where(small, 1.0 - theta_2 / 6.0, jnp.sin(theta) / theta)  #+
    B = jnp.where(small, 0.5 - theta_2 / 24.0, 2.0 * jnp.square(jnp.sin(theta / 2.0) / theta))  #+
    R = jnp.eye(3) + A * W + B * (W @ W)  #+
    return R


def project(points, K):
    uvw = points @ K.T
    return uvw[:, :2] / jnp.maximum(uvw[:, 2:], 1e-3)


def reprojection_loss(pose, model_points, keypoints, K):
    R = exp_so3(pose[:3])
    camera_points = model_points @ R.T + pose[3:]
    residual = project(camera_points, K) - keypoints
    return jnp.mean(jnp.sum(residual * residual, axis=-1))


def fit_pose(model_points, keypoints, K, depth=1.0, steps=300, lr=1e-6):
    pose = jnp.array([0.0, 0.0, 0.0, 0.0, 0.0, depth])
    grad_fn = jax.jit(jax.grad(reprojection_loss))
    for _ in range(steps):
        pose = pose - lr * grad_fn(pose, model_points, keypoints, K)
    return exp_so3(pose[:3]), pose[3:]
