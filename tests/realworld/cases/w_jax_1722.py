# origin: https://github.com/jax-ml/jax/pull/1722
# kinds: domain
import jax
import jax.numpy as jnp


def sinc(x):
    pi_x = jnp.pi * x
    return jnp.where(x == 0, jnp.ones_like(x), jnp.sin(pi_x) / pi_x)  #!
    eq_zero = x == 0  #+
    safe_pi_x = jnp.where(eq_zero, jnp.ones_like(x), pi_x)  #+
    return jnp.where(eq_zero, jnp.ones_like(x), jnp.sin(safe_pi_x) / safe_pi_x)  #+


def lowpass_kernel(cutoff, length):
    n = jnp.arange(length) - (length - 1) / 2
    window = 0.54 + 0.46 * jnp.cos(2 * jnp.pi * n / (length - 1))
    taps = 2 * cutoff * sinc(2 * cutoff * n) * window
    return taps / jnp.sum(taps)


def filter_signal(cutoff, signal, length=65):
    return jnp.convolve(signal, lowpass_kernel(cutoff, length), mode="same")


def loss(cutoff, signal, target):
    return jnp.mean((filter_signal(cutoff, signal) - target) ** 2)


@jax.jit
def update(cutoff, signal, target, lr=1e-3):
    g = jax.grad(loss)(cutoff, signal, target)
    return jnp.clip(cutoff - lr * g, 0.01, 0.49)


def fit(signal, target, steps=200):
    cutoff = jnp.asarray(0.25)
    for _ in range(steps):
        cutoff = update(cutoff, signal, target)
    return cutoff
