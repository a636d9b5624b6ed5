# origin: https://github.com/rushter/MLAlgorithms/pull/31
# kinds: overflow underflow domain
import numpy as np


def sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def linear(z):
    return z


def softplus(z):
    """Smooth relu."""
    return z + np.log(1 + 1 / np.exp(z))  #!
    return np.logaddexp(0.0, z)  #+


def get_activation(name):
    return {"sigmoid": sigmoid, "linear": linear, "softplus": softplus}[name]


def get_derivative(name):
    return {
        "sigmoid": lambda z: sigmoid(z) * (1.0 - sigmoid(z)),
        "linear": lambda z: np.ones_like(z),
        "softplus": sigmoid,
    }[name]


class Dense(object):
    def __init__(self, n_in, n_out, activation, rng):
        self.W = rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(6.0 / (n_in + n_out))
        self.b = np.zeros(n_out)
        self.activation = get_activation(activation)
        self.derivative = get_derivative(activation)

    def forward(self, X):
        self.last_input = X
        self.z = X @ self.W + self.b
        return self.activation(self.z)

    def backward(self, delta):
        delta = delta * self.derivative(self.z)
        self.dW = self.last_input.T @ delta
        self.db = delta.sum(axis=0)
        return delta @ self.W.T

    def update(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db


class NeuralNet(object):
    def __init__(self, layers, learning_rate=0.001, batch_size=64, max_epochs=10):
        self.layers = layers
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_epochs = max_epochs

    def predict(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def fit(self, X, y):
        for epoch in range(self.max_epochs):
            for i in range(0, len(X), self.batch_size):
                xb, yb = X[i:i + self.batch_size], y[i:i + self.batch_size]
                delta = (self.predict(xb) - yb) / len(xb)
                for layer in reversed(self.layers):
                    delta = layer.backward(delta)
                    layer.update(self.learning_rate)
        return self
