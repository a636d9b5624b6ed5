# origin: https://github.com/gkhayes/mlrose/pull/25
# kinds: overflow
import numpy as np


def identity(x, deriv=False):
    return np.ones_like(x) if deriv else x


def softmax(x):
    """Softmax activation function."""
    x = x - np.max(x, axis=1)[:, np.newaxis]  #+
    evidence = np.exp(x)  #*
    return evidence / np.sum(evidence, axis=1)[:, np.newaxis]  #*


class NetworkWeights:
    def __init__(self, X, y, node_list, activation=identity, bias=True):
        self.X, self.y, self.node_list = X, y, node_list
        self.activation, self.bias = activation, bias
        self.output_activation = softmax if y.shape[1] > 1 else identity

    def evaluate(self, weights):
        inputs = self.X
        for i, matrix in enumerate(weights):
            outputs = np.dot(inputs, matrix)
            last = i == len(weights) - 1
            inputs = self.output_activation(outputs) if last else self.activation(outputs)
        log_p = np.log(np.clip(inputs, 1e-12, 1.0))
        return -np.mean(np.sum(self.y * log_p, axis=1))
