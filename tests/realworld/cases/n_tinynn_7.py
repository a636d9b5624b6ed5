# origin: https://github.com/borgwang/tinynn/pull/7
# kinds: overflow
import numpy as np


class BaseLoss:
    def loss(self, predicted, actual):
        raise NotImplementedError

    def grad(self, predicted, actual):
        raise NotImplementedError


class SigmoidCrossEntropyLoss(BaseLoss):
    def __init__(self, weights=None):
        weights = np.ones(2, dtype=np.float32) if weights is None else np.asarray(weights)
        assert weights.ndim == 1 and len(weights) == 2
        self._weights = weights

    def loss(self, logits, labels):
        m = logits.shape[0]
        softplus = np.log(1 + np.exp(logits))  #!
        softplus = np.logaddexp(0, logits)  #+
        cost = self._weights[0] * (1 - labels) * softplus
        cost += self._weights[1] * labels * (softplus - logits)
        return np.sum(cost) / m

    def grad(self, logits, labels):
        m = logits.shape[0]
        probs = np.exp(-np.logaddexp(0, -logits))
        grads = self._weights[0] * (1 - labels) * probs
        grads += self._weights[1] * labels * (probs - 1)
        return grads / m


def train_step(net, optimizer, criterion, x, y):
    logits = net.forward(x)
    value = criterion.loss(logits, y)
    grads = net.backward(criterion.grad(logits, y))
    optimizer.apply(net.params, grads)
    return value
