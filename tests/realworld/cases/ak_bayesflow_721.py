# origin: https://github.com/bayesflow-org/bayesflow/issues/721
# kinds: domain
import jax
import jax.numpy as jnp
import optax


def init_params(dim):
    return {"raw": jnp.zeros(dim), "loc": jnp.zeros(dim), "log_scale": jnp.zeros(dim)}


def _lambda(raw):
    return 0.05 + 1.9 * jax.nn.sigmoid(raw)


def power_transform(x, lam):
    """Yeo-Johnson transform with the log determinant of every coordinate."""
    pos = x >= 0
    above = (jnp.power(x + 1.0, lam) - 1.0) / lam  #!
    below = -(jnp.power(1.0 - x, 2.0 - lam) - 1.0) / (2.0 - lam)  #!
    right = jnp.maximum(x, 0.0)  #+
    left = jnp.minimum(x, 0.0)  #+
    above = (jnp.power(right + 1.0, lam) - 1.0) / lam  #+
    below = -(jnp.power(1.0 - left, 2.0 - lam) - 1.0) / (2.0 - lam)  #+
    y = jnp.where(pos, above, below)
    log_det = jnp.where(pos, lam - 1.0, 1.0 - lam) * jnp.log1p(jnp.abs(x))
    return y, log_det


def log_prob(params, x):
    lam = _lambda(params["raw"])
    y, log_det = power_transform(x, lam)
    z = (y - params["loc"]) * jnp.exp(-params["log_scale"])
    base = -0.5 * (z ** 2 + jnp.log(2 * jnp.pi))
    return jnp.sum(base - params["log_scale"] + log_det, axis=-1)


def fit(x, steps=2000, lr=1e-2, batch=256, seed=0):
    params = init_params(x.shape[1])
    tx = optax.adam(lr)
    state = tx.init(params)

    @jax.jit
    def step(params, state, xb):
        loss, grads = jax.value_and_grad(lambda p: -log_prob(p, xb).mean())(params)
        updates, state = tx.update(grads, state)
        return optax.apply_updates(params, updates), state, loss

    key = jax.random.PRNGKey(seed)
    for _ in range(steps):
        key, sub = jax.random.split(key)
        idx = jax.random.randint(sub, (batch,), 0, x.shape[0])
        params, state, loss = step(params, state, x[idx])
    return params, loss
