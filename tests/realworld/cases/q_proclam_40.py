# origin: https://github.com/aimalz/proclam/pull/40
# kinds: domain
import numpy as np


def det_to_prob(truth, n_classes):
    mask = np.zeros((len(truth), n_classes))
    mask[np.arange(len(truth)), truth] = 1.0
    return mask


def sanitize_predictions(predictions, epsilon=1.0e-10):  #+
    clipped = np.clip(predictions, epsilon, 1.0 - epsilon)  #+
    return clipped / np.sum(clipped, axis=1, keepdims=True)  #+


class LogLoss:
    def __init__(self, scheme=None):
        self.scheme = scheme

    def evaluate(self, prediction, truth, averaging='per_class'):
        """Log-loss of class probabilities (N, M) given the true classes (N,)."""
        prediction, truth = np.asarray(prediction, dtype=float), np.asarray(truth)
        prediction = sanitize_predictions(prediction)  #+
        truth_mask = det_to_prob(truth, prediction.shape[1])
        log_prob = np.log(prediction)  #*
        logloss_each = -1.0 * np.sum(truth_mask * log_prob, axis=1)
        if averaging == 'per_class':
            return np.mean([np.mean(logloss_each[truth == m]) for m in np.unique(truth)])
        if averaging == 'per_item':
            return np.mean(logloss_each)
        raise ValueError('Averaging by ' + averaging + ' not supported.')


def compare_classifiers(predictions, truth):
    metric = LogLoss()
    scores = {name: metric.evaluate(prob, truth) for name, prob in predictions.items()}
    return sorted(scores.items(), key=lambda item: item[1])
