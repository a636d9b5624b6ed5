# origin: https://github.com/keras-team/keras/pull/4666
# kinds: domain
import numpy as np


def confusion(y_true, y_pred):
    y_pos = np.round(np.clip(y_true, 0, 1))
    p_pos = np.round(np.clip(y_pred, 0, 1))
    tp = np.sum(y_pos * p_pos)
    tn = np.sum((1 - y_pos) * (1 - p_pos))
    fp = np.sum((1 - y_pos) * p_pos)
    fn = np.sum(y_pos * (1 - p_pos))
    return tp, tn, fp, fn


def matthews_correlation(y_true, y_pred):
    """Matthews correlation coefficient of binary predictions."""
    tp, tn, fp, fn = confusion(y_true, y_pred)
    numerator = tp * tn - fp * fn
    denominator = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return numerator / denominator  #!
    return numerator / (denominator + 1e-7)  #+


class History:
    def __init__(self):
        self.scores = []

    def on_epoch_end(self, model, x, y):
        score = matthews_correlation(y, model.predict(x))
        self.scores.append(score)
        return {"val_mcc": score, "best": max(self.scores)}
