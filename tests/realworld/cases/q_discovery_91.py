# origin: https://github.com/nanograv/discovery/pull/91
# kinds: overflow domain
import functools

import jax
import jax.numpy as jnp
import numpy as np

DAY = 86400.0


def make_chromaticdelay(psr, idx=None):
    """Exponential dip in the arrival times, scaling with radio frequency."""
    toadays = jnp.array(psr.toas / DAY)
    invnormfreqs = jnp.array(1400.0 / psr.freqs)

    def decay(t0, log10_Amp, log10_tau, idx):
        dt = toadays - t0
        dip = jnp.exp(-dt / (10 ** log10_tau))  #!
        dip = jnp.exp(-jnp.where(dt > 0.0, dt, 0.0) / (10 ** log10_tau))  #+
        return jnp.where(dt > 0.0, -1.0 * (10 ** log10_Amp) * dip * invnormfreqs ** idx, 0.0)

    if idx is not None:
        decay = functools.partial(decay, idx=idx)
    return decay


def make_loglikelihood(psr, idx=2.0):
    delay = make_chromaticdelay(psr, idx=idx)
    residuals = jnp.array(psr.residuals)
    sigma = jnp.array(psr.toaerrs)
    lognorm = -0.5 * np.log(2 * np.pi) * len(psr.toas)

    def loglike(params):
        model = delay(params["t0"], params["log10_Amp"], params["log10_tau"])
        z = (residuals - model) / sigma
        return lognorm - jnp.sum(jnp.log(sigma)) - 0.5 * jnp.sum(z ** 2)

    return jax.jit(jax.value_and_grad(loglike))


def gradient_ascent(psr, params, steps=200, lr=1e-3):
    step = make_loglikelihood(psr)
    for _ in range(steps):
        value, grads = step(params)
        params = {k: params[k] + lr * grads[k] for k in params}
    return params, value
