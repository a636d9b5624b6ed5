# origin: https://github.com/gchq/coreax/issues/855
# kinds: cancellation domain precision
from functools import partial

import jax
import jax.numpy as jnp


@jax.jit
def squared_distance(x, y):
    return jnp.dot(x - y, x - y)


class SquaredExponentialKernel:
    def __init__(self, length_scale=1.0, output_scale=1.0):
        self.length_scale = length_scale
        self.output_scale = output_scale

    def compute_elementwise(self, x, y):
        return self.output_scale * jnp.exp(-squared_distance(x, y) / (2 * self.length_scale**2))

    def compute(self, x, y):
        return jax.vmap(lambda a: jax.vmap(lambda b: self.compute_elementwise(a, b))(y))(x)

    def compute_mean(self, x, y, block_size=1_000):
        total = 0.0
        for start in range(0, x.shape[0], block_size):
            total = total + self.compute(x[start : start + block_size], y).sum()
        return total / (x.shape[0] * y.shape[0])


class MMD:
    r"""
    Definition and calculation of the maximum mean discrepancy metric.

    .. math::
        \text{MMD}^2(\mathcal{D}_1,\mathcal{D}_2) = \mathbb{E}(k(\mathcal{D}_1,
        \mathcal{D}_1)) + \mathbb{E}(k(\mathcal{D}_2,\mathcal{D}_2))
        - 2\mathbb{E}(k(\mathcal{D}_1,\mathcal{D}_2))
    """

    def __init__(self, kernel, precision_threshold=1e-12):
        self.kernel = kernel
        self.precision_threshold = precision_threshold

    def compute(self, reference_data, comparison_data, block_size=1_000):
        x, y = reference_data, comparison_data
        compute_mean = partial(self.kernel.compute_mean, block_size=block_size)
        kernel_xx_mean = compute_mean(x, x)
        kernel_yy_mean = compute_mean(y, y)
        kernel_xy_mean = compute_mean(x, y)
        squared_mmd = kernel_xx_mean + kernel_yy_mean - 2 * kernel_xy_mean  #*
        squared_mmd = jnp.where(jnp.abs(squared_mmd) < self.precision_threshold, 0.0, squared_mmd)  #-
        return jnp.sqrt(squared_mmd)  #!
        return jnp.sqrt(jnp.maximum(0.0, squared_mmd))  #+


def random_coreset(key, data, size):
    idx = jax.random.choice(key, data.shape[0], shape=(size,), replace=False)
    return data[idx]


if __name__ == "__main__":
    data_key, coreset_key = jax.random.split(jax.random.PRNGKey(123))
    data = 2.0 * jax.random.normal(data_key, (10_000, 2))
    coreset = random_coreset(coreset_key, data, 9_000)
    metric = MMD(SquaredExponentialKernel(length_scale=1.5))
    print("MMD:", metric.compute(data, coreset))
