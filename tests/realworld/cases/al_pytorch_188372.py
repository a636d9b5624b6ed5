# origin: https://github.com/pytorch/pytorch/issues/188372
# kinds: cancellation precision
"""Reference port of the row-wise layer norm kernels (forward and backward)."""
import numpy as np


def rowwise_moments(X):
    mean = X.mean(axis=1, dtype=np.float64).astype(X.dtype)
    diff = X - mean[:, None]
    var = (diff * diff).mean(axis=1, dtype=np.float64).astype(X.dtype)
    return mean, var


def layer_norm_forward_kernel(X, gamma, beta, eps):
    mean, var = rowwise_moments(X)
    rstd = (1.0 / np.sqrt(var + X.dtype.type(eps))).astype(X.dtype)
    Y = np.empty_like(X)
    for i in range(X.shape[0]):
        xhat = (X[i] - mean[i]) * rstd[i]
        Y[i] = xhat * gamma + beta
    return Y, mean, rstd


def layer_norm_backward_kernel(dY, X, mean, rstd, gamma):
    M, N = X.shape
    dX = np.empty_like(X)
    dgamma = np.zeros_like(gamma)
    dbeta = np.zeros_like(gamma)
    scale = X.dtype.type(1.0 / N)
    for i in range(M):
        a = rstd[i]
        b = -a * mean[i]  #-
        xhat = a * X[i] + b  #!
        xhat = a * (X[i] - mean[i])  #+
        dgamma += dY[i] * xhat
        dbeta += dY[i]
        g = dY[i] * gamma
        ds = (g * xhat).sum() * scale
        db = g.sum() * scale
        dX[i] = a * (g - xhat * ds - db)
    return dX, dgamma, dbeta


class LayerNorm:
    def __init__(self, normalized_shape, eps=1e-5, dtype=np.float32):
        self.N = int(np.prod(normalized_shape))
        self.eps = eps
        self.weight = np.ones(self.N, dtype)
        self.bias = np.zeros(self.N, dtype)
        self._saved = None

    def forward(self, x):
        X = x.reshape(-1, self.N)
        Y, mean, rstd = layer_norm_forward_kernel(X, self.weight, self.bias, self.eps)
        self._saved = (X, mean, rstd)
        return Y.reshape(x.shape)

    def backward(self, grad):
        X, mean, rstd = self._saved
        dX, self.weight_grad, self.bias_grad = layer_norm_backward_kernel(
            grad.reshape(-1, self.N), X, mean, rstd, self.weight)
        return dX.reshape(grad.shape)
