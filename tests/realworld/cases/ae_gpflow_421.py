# origin: https://github.com/GPflow/GPflow/issues/421
# kinds: cancellation domain
import numpy as np
import tensorflow as tf


class Stationary(object):
    """
    Base class for kernels that are stationary, that is, they only depend on

        r = || x - x' ||
    """

    def __init__(self, input_dim, variance=1.0, lengthscales=None, ARD=False):
        self.input_dim = input_dim
        self.variance = tf.Variable(variance, dtype=tf.float64)
        self.ARD = ARD
        if ARD:
            if lengthscales is None:
                lengthscales = np.ones(input_dim)
            else:
                lengthscales = lengthscales * np.ones(input_dim)
        elif lengthscales is None:
            lengthscales = 1.0
        self.lengthscales = tf.Variable(lengthscales, dtype=tf.float64)

    def square_dist(self, X, X2):
        X = X / self.lengthscales
        Xs = tf.reduce_sum(tf.square(X), 1)
        if X2 is None:
            return -2 * tf.matmul(X, tf.transpose(X)) + \
                tf.reshape(Xs, (-1, 1)) + tf.reshape(Xs, (1, -1))
        X2 = X2 / self.lengthscales
        X2s = tf.reduce_sum(tf.square(X2), 1)
        return -2 * tf.matmul(X, tf.transpose(X2)) + \
            tf.reshape(Xs, (-1, 1)) + tf.reshape(X2s, (1, -1))

    def euclid_dist(self, X, X2):
        r2 = self.square_dist(X, X2)
        return tf.sqrt(r2 + 1e-12)  #!
        return tf.sqrt(tf.maximum(r2, 1e-36))  #+

    def Kdiag(self, X):
        return tf.fill(tf.stack([tf.shape(X)[0]]), tf.squeeze(self.variance))


class Matern32(Stationary):
    """
    The Matern 3/2 kernel
    """

    def K(self, X, X2=None):
        r = self.euclid_dist(X, X2)
        return self.variance * (1. + np.sqrt(3.) * r) * tf.exp(-np.sqrt(3.) * r)


class Matern52(Stationary):
    """
    The Matern 5/2 kernel
    """

    def K(self, X, X2=None):
        r = self.euclid_dist(X, X2)
        return self.variance * (1.0 + np.sqrt(5.) * r + 5. / 3. * tf.square(r)) * tf.exp(-np.sqrt(5.) * r)


class GPR(object):
    def __init__(self, X, Y, kern, noise_variance=1.0):
        self.X, self.Y, self.kern = X, Y, kern
        self.noise_variance = tf.Variable(noise_variance, dtype=tf.float64)

    def build_predict(self, Xnew):
        Kx = self.kern.K(self.X, Xnew)
        K = self.kern.K(self.X) + tf.eye(tf.shape(self.X)[0], dtype=tf.float64) * self.noise_variance
        L = tf.linalg.cholesky(K)
        A = tf.linalg.triangular_solve(L, Kx, lower=True)
        V = tf.linalg.triangular_solve(L, self.Y)
        fmean = tf.matmul(A, V, transpose_a=True)
        fvar = self.kern.Kdiag(Xnew) - tf.reduce_sum(tf.square(A), 0)
        return fmean, tf.tile(tf.reshape(fvar, (-1, 1)), [1, self.Y.shape[1]])
