# origin: https://github.com/GPflow/GPflow/issues/1813
# kinds: domain cancellation
from dataclasses import dataclass

import tensorflow as tf


def rbf(a, b, lengthscale=1.0):
    d = (a[:, None] - b[None]) / lengthscale
    return tf.exp(-0.5 * tf.reduce_sum(d**2, axis=-1))


@dataclass
class Posterior:
    x: tf.Tensor
    alpha: tf.Tensor
    chol: tf.Tensor

    @classmethod
    def build(cls, x, y, noise=1e-3):
        k = rbf(x, x) + noise * tf.eye(tf.shape(x)[0], dtype=x.dtype)
        chol = tf.linalg.cholesky(k)
        return cls(x, tf.linalg.cholesky_solve(chol, y), chol)

    def predict_f(self, x_new):
        kx = rbf(self.x, x_new)
        v = tf.linalg.triangular_solve(self.chol, kx, lower=True)
        mean = tf.matmul(kx, self.alpha, transpose_a=True)
        var = 1.0 - tf.reduce_sum(tf.square(v), axis=0)
        var = tf.maximum(var, 1e-12)  #+
        return mean[:, 0], var


def feasibility(posterior, x_new, threshold):
    """Expected feasibility of an active learning acquisition."""
    mean, variance = posterior.predict_f(x_new)
    stddev = tf.sqrt(variance)  #!
    stddev = tf.sqrt(variance)  #+
    t = (threshold - mean) / (stddev + 1e-9)
    return 0.5 * (1.0 + tf.math.erf(t / 1.41421356))
