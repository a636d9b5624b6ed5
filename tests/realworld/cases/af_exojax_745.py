# origin: https://github.com/HajimeKawahara/exojax/pull/745
# kinds: domain
import jax
import jax.numpy as jnp

A0, A1, A2, A3, A4, A5 = -0.57721566, 0.99999193, -0.24991055, 0.05519968, -0.00976004, 0.00107857
B1, B2, B3, B4 = 8.5733287401, 18.0590169730, 8.6347608925, 0.2677737343
C1, C2, C3, C4 = 9.5733223454, 25.6329561486, 21.0996530827, 3.9584969228


def E1(x):
    """Abramowitz & Stegun approximation of the exponential integral E1"""
    x_small = jnp.clip(x, 1e-30, 1.0)  #+
    z = 1.0 / jnp.maximum(x, 1.0)  #+
    small = -jnp.log(x) + A0 + x * (A1 + x * (A2 + x * (A3 + x * (A4 + A5 * x))))  #!
    small = -jnp.log(x_small) + A0 + x_small * (A1 + x_small * (A2 + x_small * (A3 + x_small * (A4 + A5 * x_small))))  #+
    num = 1.0 + z * (B1 + z * (B2 + z * (B3 + z * B4)))  #+
    den = 1.0 + z * (C1 + z * (C2 + z * (C3 + z * C4)))  #+
    large = jnp.exp(-jnp.maximum(x, 1.0)) * z * num / den  #+
    num = x**4 + B1 * x**3 + B2 * x**2 + B3 * x + B4  #-
    den = x**4 + C1 * x**3 + C2 * x**2 + C3 * x + C4  #-
    large = jnp.exp(-x) / x * num / den  #!
    return jnp.where(x <= 1.0, small, large)


def trans2E3(x):
    """transmission function 2E3 (two-stream approximation with no scattering) expressed by 2 E3(x)"""
    return (1.0 - x) * jnp.exp(-x) + x**2 * E1(x)


def rtrun(dtau, sourcef):
    """Radiative transfer with the 2E3 transmission, layers from the top of the atmosphere down.

    dtau: (nlayer, nwave) opacity matrix, sourcef: (nlayer, nwave) source matrix [erg/s/cm2]
    """
    nwave = dtau.shape[1]
    trans = jnp.where(dtau == 0.0, 1.0, trans2E3(dtau))  #-
    trans = trans2E3(dtau)  #+
    q = jnp.vstack([(1.0 - trans) * sourcef, jnp.zeros(nwave)])
    cumulative = jnp.vstack([jnp.ones(nwave), jnp.cumprod(trans, axis=0)])
    return jnp.sum(q * cumulative, axis=0)


def layer_opacity(log_vmr, xsmatrix, dpressure, mmw=2.33, gravity=2478.57):
    vmr = 10.0 ** log_vmr
    return 1e6 * vmr * xsmatrix * dpressure[:, None] / (mmw * gravity)


def negative_log_likelihood(params, xsmatrix, dpressure, sourcef, observed, sigma):
    dtau = layer_opacity(params["log_vmr"], xsmatrix, dpressure)
    model = params["scale"] * rtrun(dtau, sourcef)
    return 0.5 * jnp.sum(((observed - model) / sigma) ** 2)


def fit(params, data, steps=200, lr=1e-3):
    value_and_grad = jax.jit(jax.value_and_grad(negative_log_likelihood))
    for _ in range(steps):
        loss, grads = value_and_grad(params, *data)
        params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, loss
