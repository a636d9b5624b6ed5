# origin: https://github.com/kornia/kornia/issues/4404
# kinds: domain
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax


def init_ssm(key, state_dim, dt_min=1e-3, dt_max=1e-1):
    k1, k2, k3 = jax.random.split(key, 3)
    log_dt = jax.random.uniform(k1, (), minval=jnp.log(dt_min), maxval=jnp.log(dt_max))
    return {
        "lam": -jnp.arange(state_dim, dtype=jnp.float32),
        "log_dt": log_dt,
        "B": jax.random.normal(k2, (state_dim,)) / jnp.sqrt(state_dim),
        "C": jax.random.normal(k3, (state_dim,)) / jnp.sqrt(state_dim),
        "D": jnp.ones(()),
    }


def discretize(params, tol=1e-6):
    """Zero-order hold for a diagonal state matrix; pole 0 is a pure integrator."""
    lam = params["lam"]
    dt = jnp.exp(params["log_dt"])
    a_bar = jnp.exp(lam * dt)
    slow = jnp.abs(lam) < tol
    gain = jnp.where(slow, dt, jnp.expm1(lam * dt) / lam)  #!
    safe = jnp.where(slow, 1.0, lam)  #+
    gain = jnp.where(slow, dt, jnp.expm1(safe * dt) / safe)  #+
    return a_bar, gain * params["B"]


def ssm_scan(params, u):
    a_bar, b_bar = discretize(params)

    def step(h, x):
        h = a_bar * h + b_bar * x
        return h, jnp.dot(params["C"], h)

    h0 = jnp.zeros_like(a_bar)
    _, y = lax.scan(step, h0, u)
    return y + params["D"] * u


@partial(jax.jit, static_argnames=("lr",))
def train_step(params, batch, lr=1e-3):
    def loss_fn(p):
        pred = jax.vmap(ssm_scan, in_axes=(None, 0))(p, batch["input"])
        return jnp.mean((pred - batch["target"]) ** 2)

    loss, grads = jax.value_and_grad(loss_fn)(params)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, loss
