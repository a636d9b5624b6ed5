# origin: https://github.com/kornia/kornia/issues/4404
# kinds: domain
"""Exponential time differencing for stiff reaction-diffusion systems."""
import functools

import jax
import jax.numpy as jnp


def phi1(z):
    """(exp(z) - 1) / z with its limit at the origin."""
    small = jnp.abs(z) < 1e-6
    series = 1.0 + 0.5 * z
    exact = jnp.expm1(z) / z  #!
    exact = jnp.expm1(z) / jnp.where(small, 1.0, z)  #+
    return jnp.where(small, series, exact)


def wavenumbers(n, length):
    return 2.0 * jnp.pi * jnp.fft.fftfreq(n, d=length / n)


def reaction(u, theta):
    return theta["growth"] * u * (1.0 - u) - theta["death"] * u


def etd_step(u_hat, theta, k, dt):
    symbol = -theta["diffusivity"] * k ** 2 * dt
    u = jnp.fft.ifft(u_hat).real
    nonlinear = jnp.fft.fft(reaction(u, theta))
    return jnp.exp(symbol) * u_hat + dt * phi1(symbol) * nonlinear


@functools.partial(jax.jit, static_argnames=("steps",))
def simulate(theta, u0, k, dt, steps):
    def body(u_hat, _):
        return etd_step(u_hat, theta, k, dt), None

    u_hat, _ = jax.lax.scan(body, jnp.fft.fft(u0), None, length=steps)
    return jnp.fft.ifft(u_hat).real


def fit(theta, u0, target, length=10.0, dt=0.05, steps=40, lr=1e-2, iters=200):
    k = wavenumbers(u0.shape[0], length)

    def loss(p):
        return jnp.mean((simulate(p, u0, k, dt, steps) - target) ** 2)

    for _ in range(iters):
        grads = jax.grad(loss)(theta)
        theta = jax.tree_util.tree_map(lambda p, g: p - lr * g, theta, grads)
    return theta
