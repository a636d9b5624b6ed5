# origin: https://github.com/danielward27/flowjax/issues/239
# kinds: domain domain
import jax
import jax.numpy as jnp


class RationalQuadraticSpline:
    """Scalar rational quadratic spline (https://arxiv.org/abs/1906.04032).

    Outside the interval the identity transform is used.
    """

    def __init__(self, knots, interval=4.0, min_derivative=1e-3):
        self.knots = knots
        self.interval = (-interval, interval)
        self.min_derivative = min_derivative

    def get_params(self, params):
        w, h, d = jnp.split(params, [self.knots, 2 * self.knots])
        lo, hi = self.interval
        width = hi - lo
        x_pos = lo + width * jnp.concatenate([jnp.zeros(1), jnp.cumsum(0.01 / self.knots + 0.99 * jax.nn.softmax(w))])
        y_pos = lo + width * jnp.concatenate([jnp.zeros(1), jnp.cumsum(0.01 / self.knots + 0.99 * jax.nn.softmax(h))])
        derivatives = jnp.pad(jax.nn.softplus(d) + self.min_derivative, 1, constant_values=1.0)
        return x_pos, y_pos, derivatives

    def inverse_and_log_det(self, y, params):
        x_pos, y_pos, derivatives = self.get_params(params)
        in_bounds = jnp.logical_and(y >= self.interval[0], y <= self.interval[1])
        y_robust = y  #-
        y_robust = jnp.clip(y, self.interval[0], self.interval[1])  #+
        k = jnp.clip(jnp.searchsorted(y_pos, y_robust) - 1, 0, self.knots - 1)
        xk, xk1, yk, yk1 = x_pos[k], x_pos[k + 1], y_pos[k], y_pos[k + 1]
        dk, dk1 = derivatives[k], derivatives[k + 1]
        sk = (yk1 - yk) / (xk1 - xk)

        y_delta_s_term = (y_robust - yk) * (dk1 + dk - 2 * sk)
        a = (yk1 - yk) * (sk - dk) + y_delta_s_term
        b = (yk1 - yk) * dk - y_delta_s_term
        c = -sk * (y_robust - yk)
        sqrt_term = jnp.sqrt(b**2 - 4 * a * c)  #*
        xi = (2 * c) / (-b - sqrt_term)
        x = jnp.where(in_bounds, xi * (xk1 - xk) + xk, y)

        num = sk**2 * (dk1 * xi**2 + 2 * sk * xi * (1 - xi) + dk * (1 - xi) ** 2)
        den = (sk + (dk1 + dk - 2 * sk) * xi * (1 - xi)) ** 2
        derivative = jnp.where(in_bounds, num / den, 1.0)
        return x, -jnp.log(derivative)


def init_params(key, dim, knots):
    return 0.01 * jax.random.normal(key, (dim, 3 * knots - 1))


def loss_fn(params, y, spline):
    x, log_det = jax.vmap(jax.vmap(spline.inverse_and_log_det), in_axes=(0, None))(y, params)
    log_prob = -0.5 * x**2 - 0.5 * jnp.log(2 * jnp.pi) + log_det
    return -log_prob.sum(-1).mean()


def fit(data, knots=8, steps=1000, lr=1e-3, seed=0):
    spline = RationalQuadraticSpline(knots)
    params = init_params(jax.random.PRNGKey(seed), data.shape[1], knots)
    step = jax.jit(jax.value_and_grad(lambda p, y: loss_fn(p, y, spline)))
    for _ in range(steps):
        loss, grads = step(params, data)
        params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params
