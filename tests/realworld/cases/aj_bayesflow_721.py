# origin: https://github.com/bayesflow-org/bayesflow/issues/721
# kinds: domain
import jax
import jax.numpy as jnp


def yeo_johnson(x, lam):
    """Power transform with a trainable exponent, one per feature."""
    pos = x >= 0
    xp, xn = x, x  #-
    xp = jnp.where(pos, x, 0.0)  #+
    xn = jnp.where(pos, 0.0, x)  #+
    right = (jnp.power(xp + 1.0, lam) - 1.0) / lam  #*
    left = -(jnp.power(1.0 - xn, 2.0 - lam) - 1.0) / (2.0 - lam)  #*
    return jnp.where(pos, right, left)


def log_jacobian(x, lam):
    return (lam - 1.0) * jnp.sign(x) * jnp.log1p(jnp.abs(x))


def exponents(params):
    return 0.05 + 1.9 * jax.nn.sigmoid(params["raw_lam"])


def negative_log_likelihood(params, x):
    lam = exponents(params)
    z = yeo_johnson(x, lam)
    scale = jax.nn.softplus(params["raw_scale"]) + 1e-3
    resid = (z - params["loc"]) / scale
    log_prob = -0.5 * resid ** 2 - jnp.log(scale) + log_jacobian(x, lam)
    return -jnp.mean(jnp.sum(log_prob, axis=-1))


def init_params(n_features):
    return {
        "raw_lam": jnp.zeros(n_features),
        "raw_scale": jnp.ones(n_features),
        "loc": jnp.zeros(n_features),
    }


@jax.jit
def sgd_step(params, x, lr):
    loss, grads = jax.value_and_grad(negative_log_likelihood)(params, x)
    new = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return new, loss


def fit_transform(returns, epochs=200, lr=1e-2, batch=512, seed=0):
    """Standardised daily returns; tails of several deviations are ordinary here."""
    key = jax.random.PRNGKey(seed)
    params = init_params(returns.shape[1])
    for _ in range(epochs):
        key, sub = jax.random.split(key)
        idx = jax.random.randint(sub, (batch,), 0, returns.shape[0])
        params, _ = sgd_step(params, returns[idx], lr)
    return yeo_johnson(returns, exponents(params)), params
