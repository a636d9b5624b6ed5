# origin: https://github.com/pytorch/pytorch/issues/108618
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp


def stumpff_c(z):
    """Second Stumpff function for elliptic, parabolic and hyperbolic arcs."""
    pos = jnp.where(z > 1e-3, z, 1.0)  #+
    neg = jnp.where(z < -1e-3, -z, 1.0)  #+
    ell = (1.0 - jnp.cos(jnp.sqrt(z))) / z  #!
    hyp = (jnp.cosh(jnp.sqrt(-z)) - 1.0) / (-z)  #!
    ell = (1.0 - jnp.cos(jnp.sqrt(pos))) / pos  #+
    hyp = (jnp.cosh(jnp.sqrt(neg)) - 1.0) / neg  #+
    par = 0.5 - z / 24.0 + z * z / 720.0
    return jnp.where(z > 1e-3, ell, jnp.where(z < -1e-3, hyp, par))


def radius_after(chi, r0, vr0, alpha, mu):
    z = alpha * chi**2
    c = stumpff_c(z)
    return r0 * (1.0 - z * c) + chi**2 * c + (r0 * vr0 / jnp.sqrt(mu)) * chi * (1.0 - z / 6.0)


@partial(jax.jit, static_argnames="steps")
def tune_anomaly(chi, r0, vr0, alpha, mu, target_r, steps=50, lr=1e-2):
    """Gradient search for the universal anomaly that gives the wanted radius."""

    def loss(c):
        return jnp.mean((radius_after(c, r0, vr0, alpha, mu) - target_r) ** 2)

    def body(c, _):
        value, g = jax.value_and_grad(loss)(c)
        return c - lr * g, value

    return jax.lax.scan(body, chi, None, length=steps)


def main():
    chi = jnp.array([0.4, 0.9, 1.3])
    r0 = jnp.array([1.0, 1.2, 0.9])
    vr0 = jnp.array([0.0, 0.1, -0.2])
    alpha = jnp.array([1.0, 0.0, -0.4])
    chi, history = tune_anomaly(chi, r0, vr0, alpha, 1.0, jnp.array([1.1, 1.5, 1.2]))
    print(chi, history[-1])


if __name__ == "__main__":
    main()
