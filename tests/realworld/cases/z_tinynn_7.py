# origin: https://github.com/borgwang/tinynn/pull/7
# kinds: overflow
import numpy as np


def sigmoid(x):
    out = np.empty_like(x, dtype=float)
    pos = x >= 0
    out[pos] = 1.0 / (1.0 + np.exp(-x[pos]))
    e = np.exp(x[~pos])
    out[~pos] = e / (1.0 + e)
    return out


class BaseLoss:
    def loss(self, predicted, actual):
        raise NotImplementedError

    def grad(self, predicted, actual):
        raise NotImplementedError


class MSELoss(BaseLoss):
    def loss(self, predicted, actual):
        return 0.5 * np.sum((predicted - actual) ** 2) / predicted.shape[0]

    def grad(self, predicted, actual):
        return (predicted - actual) / predicted.shape[0]


class SigmoidCrossEntropyLoss(BaseLoss):
    """Binary cross entropy on logits; rows are samples."""

    def __init__(self, pos_weight=1.0):
        self.pos_weight = pos_weight

    def loss(self, logits, labels):
        w = 1 + (self.pos_weight - 1) * labels
        cost = w * np.log(1 + np.exp(logits)) - labels * w * logits  #!
        softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))  #+
        cost = w * softplus - labels * w * logits  #+
        return np.sum(cost) / logits.shape[0]

    def grad(self, logits, labels):
        w = 1 + (self.pos_weight - 1) * labels
        return w * (sigmoid(logits) - labels) / logits.shape[0]


def sgd_epoch(weights, bias, x, y, loss_fn, lr=0.1, batch_size=64, rng=None):
    rng = rng or np.random.default_rng(0)
    order = rng.permutation(len(x))
    history = []
    for start in range(0, len(x), batch_size):
        idx = order[start : start + batch_size]
        logits = x[idx] @ weights + bias
        history.append(loss_fn.loss(logits, y[idx]))
        g = loss_fn.grad(logits, y[idx])
        weights -= lr * x[idx].T @ g
        bias -= lr * g.sum(axis=0)
    return float(np.mean(history))
