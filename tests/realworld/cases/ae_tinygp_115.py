# origin: https://github.com/dfm/tinygp/issues/115
# kinds: domain
import jax
import jax.numpy as jnp
import numpy as np


class L2Distance:
    """The L2 or Euclidean distance between two coordinates"""

    def distance(self, X1, X2):
        return jnp.sqrt(self.squared_distance(X1, X2))  #!
        r1 = jnp.sum(jnp.abs(X1 - X2))  #+
        r2 = self.squared_distance(X1, X2)  #+
        zeros = jnp.equal(r2, 0)  #+
        r2 = jnp.where(zeros, jnp.ones_like(r2), r2)  #+
        return jnp.where(zeros, r1, jnp.sqrt(r2))  #+

    def squared_distance(self, X1, X2):
        return jnp.sum(jnp.square(X1 - X2))


class Stationary:
    def __init__(self, scale=1.0, distance=None):
        self.scale = scale
        self.distance = L2Distance() if distance is None else distance

    def __call__(self, X1, X2=None):
        X2 = X1 if X2 is None else X2
        return jax.vmap(lambda a: jax.vmap(lambda b: self.evaluate(a, b))(X2))(X1)


class ExpSquared(Stationary):
    def evaluate(self, X1, X2):
        r2 = self.distance.squared_distance(X1, X2) / jnp.square(self.scale)
        return jnp.exp(-0.5 * r2)


class Matern32(Stationary):
    def evaluate(self, X1, X2):
        r = self.distance.distance(X1, X2) / self.scale
        arg = np.sqrt(3) * r
        return (1 + arg) * jnp.exp(-arg)


class GaussianProcess:
    def __init__(self, kernel, X, diag=1e-2):
        self.kernel, self.X = kernel, X
        covariance = kernel(X) + diag * jnp.eye(len(X))
        self.scale_tril = jax.scipy.linalg.cholesky(covariance, lower=True)

    def log_probability(self, y):
        alpha = jax.scipy.linalg.solve_triangular(self.scale_tril, y, lower=True)
        norm = jnp.sum(jnp.log(jnp.diag(self.scale_tril))) + 0.5 * len(y) * np.log(2 * np.pi)
        return -0.5 * jnp.sum(jnp.square(alpha)) - norm

    def predict(self, y, X_test):
        alpha = jax.scipy.linalg.cho_solve((self.scale_tril, True), y)
        return self.kernel(X_test, self.X) @ alpha


def conditioned_mean_gradient(X, y, scale=1.5):
    gp = GaussianProcess(Matern32(scale), X)

    def mean(x):
        return gp.predict(y, x[None])[0]

    return jax.vmap(jax.grad(mean))(X)


def fit_inputs(latent, y, steps=100, lr=1e-2):
    """MAP of the latent coordinates"""

    def loss(z):
        return -GaussianProcess(Matern32(1.0), z).log_probability(y) + 0.5 * jnp.sum(jnp.square(z))

    for _ in range(steps):
        latent = latent - lr * jax.grad(loss)(latent)
    return latent
