# origin: https://github.com/kazewong/jim/pull/205
# kinds: domain
from typing import Callable

import jax
import jax.numpy as jnp


class CartesianSpinToSphereSpinTransform:
    """Cartesian spin components to magnitude and angles, for one of the two bodies."""

    transform_func: Callable

    def __init__(self, label: str):
        self.label = label

        def named_transform(x):
            s_x, s_y, s_z = x[label + "_x"], x[label + "_y"], x[label + "_z"]
            mag = jnp.sqrt(s_x**2 + s_y**2 + s_z**2)  #!
            theta = jnp.arccos(s_z / mag)  #!
            phi = jnp.mod(jnp.arctan2(s_y, s_x), 2.0 * jnp.pi)  #!
            aligned = (jnp.abs(s_x) < 1e-8) & (jnp.abs(s_y) < 1e-8)  #+
            safe_x = jnp.where(aligned, 1.0, s_x)  #+
            safe_y = jnp.where(aligned, 0.0, s_y)  #+
            mag = jnp.where(aligned, jnp.abs(s_z), jnp.sqrt(safe_x**2 + safe_y**2 + s_z**2))  #+
            rho = jnp.sqrt(safe_x**2 + safe_y**2)  #+
            theta = jnp.where(aligned, jnp.where(s_z < 0, jnp.pi, 0.0), jnp.arctan2(rho, s_z))  #+
            phi = jnp.where(aligned, 0.0, jnp.mod(jnp.arctan2(safe_y, safe_x), 2.0 * jnp.pi))  #+
            return {label + "_mag": mag, label + "_theta": theta, label + "_phi": phi}

        self.transform_func = named_transform

    def forward(self, x: dict) -> dict:
        y = {k: v for k, v in x.items() if not k.startswith(self.label + "_")}
        y.update(self.transform_func(x))
        return y


def log_prior(params, transforms):
    for transform in transforms:
        params = transform.forward(params)
    logp = 0.0
    for label in ("s1", "s2"):
        tilt = params[label + "_theta"]
        logp += -0.5 * ((tilt - 0.3) / 0.4) ** 2
        logp += -0.5 * ((params[label + "_mag"] - 0.2) / 0.3) ** 2
        logp += jnp.cos(params[label + "_phi"])
    return logp


def run_mala(params, n_steps, step_size, key):
    transforms = [CartesianSpinToSphereSpinTransform("s1"), CartesianSpinToSphereSpinTransform("s2")]
    grad_fn = jax.jit(jax.grad(lambda p: log_prior(p, transforms)))
    for _ in range(n_steps):
        grads = grad_fn(params)
        for name in params:
            key, sub = jax.random.split(key)
            noise = jnp.sqrt(2 * step_size) * jax.random.normal(sub)
            params[name] = params[name] + step_size * grads[name] + noise
    return params


if __name__ == "__main__":
    aligned_spin = {"s1_x": 0.0, "s1_y": 0.0, "s1_z": 0.4, "s2_x": 0.0, "s2_y": 0.0, "s2_z": 0.1}
    start = {k: jnp.asarray(v) for k, v in aligned_spin.items()}
    print(run_mala(start, 100, 1e-3, jax.random.PRNGKey(0)))
