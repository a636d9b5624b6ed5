# origin: https://github.com/fancompute/neuroptica/issues/3
# kinds: overflow
import numpy as np


class Loss:

    @staticmethod
    def L(X: np.ndarray, T: np.ndarray) -> np.ndarray:
        raise NotImplementedError("Loss function must be specified in child class")


class CategoricalCrossEntropy(Loss):
    '''
    Represents categorical cross entropy with a softmax layer implicitly applied to the outputs
    '''

    @staticmethod
    def L(X: np.ndarray, T: np.ndarray) -> np.ndarray:
        X_softmax = np.exp(X) / np.sum(np.exp(X), axis=0)  #!
        X_exp = np.exp(X - np.max(X, axis=0, keepdims=True))  #+
        X_softmax = X_exp / np.sum(X_exp, axis=0)  #+
        X_clip = np.clip(X_softmax, 1e-7, 1 - 1e-7)
        return -np.sum(T * np.log(X_clip), axis=0)


class AbsSquared:
    '''Photodetector nonlinearity: intensity of the complex field'''

    def forward_pass(self, X: np.ndarray) -> np.ndarray:
        return np.abs(X) ** 2


class UnitaryLayer:

    def __init__(self, N, rng):
        A = rng.normal(size=(N, N)) + 1j * rng.normal(size=(N, N))
        self.transfer_matrix, _ = np.linalg.qr(A)

    def forward_pass(self, X: np.ndarray) -> np.ndarray:
        return self.transfer_matrix @ X


class DropMask:

    def __init__(self, keep_ports):
        self.ports = list(keep_ports)

    def forward_pass(self, X: np.ndarray) -> np.ndarray:
        return X[self.ports]


class Sequential:

    def __init__(self, layers):
        self.layers = layers

    def forward_pass(self, X: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            X = layer.forward_pass(X)
        return X


def evaluate(model, x_flattened, y_onehot, batch_size=32):
    '''x_flattened has one sample per column, pixel values 0..255 are used as field amplitudes'''
    losses = []
    for start in range(0, x_flattened.shape[1], batch_size):
        X = model.forward_pass(x_flattened[:, start:start + batch_size])
        losses.append(CategoricalCrossEntropy.L(X, y_onehot[:, start:start + batch_size]))
    return np.mean(np.concatenate(losses))
