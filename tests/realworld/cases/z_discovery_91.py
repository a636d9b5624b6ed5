# origin: https://github.com/nanograv/discovery/pull/91
# kinds: overflow domain
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

SECONDS_PER_DAY = 86400.0


def make_chromatic_exponential(toas, freqs, fref=1400.0):
    """Delay of an exponential dip at t0 (MJD) with a power-law dependence on radio frequency."""
    toadays = jnp.asarray(toas) / SECONDS_PER_DAY
    normfreqs = fref / jnp.asarray(freqs)

    def decay(t0, log10_Amp, log10_tau, sign_param, alpha):
        dt = toadays - t0
        wf = jnp.where(dt > 0.0, 10.0**log10_Amp * jnp.exp(-dt / 10.0**log10_tau), 0.0)  #!
        safe_dt = jnp.where(dt > 0.0, dt, 0.0)  #+
        wf = jnp.where(dt > 0.0, 10.0**log10_Amp * jnp.exp(-safe_dt / 10.0**log10_tau), 0.0)  #+
        return jnp.sign(sign_param) * wf * normfreqs**alpha

    return decay


def make_loglikelihood(residuals, sigma, delay):
    residuals, weights = jnp.asarray(residuals), 1.0 / jnp.asarray(sigma) ** 2

    def loglike(params):
        model = delay(params["t0"], params["log10_Amp"], params["log10_tau"], params["sign"], params["idx"])
        r = residuals - model
        return -0.5 * jnp.sum(weights * r**2) + 0.5 * jnp.sum(jnp.log(weights))

    return loglike


@jax.jit
def _sgd(params, grads, lr):
    return jax.tree_util.tree_map(lambda p, g: p + lr * g, params, grads)


def maximise(loglike, params, lr=1e-4, steps=500):
    grad = jax.jit(jax.grad(loglike))
    for _ in range(steps):
        params = _sgd(params, grad(params), lr)
    return params
