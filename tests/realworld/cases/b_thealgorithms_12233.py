# origin: https://github.com/TheAlgorithms/Python/issues/12233
# kinds: domain
import numpy as np


def kullback_leibler_divergence(y_true, y_pred):
    if len(y_true) != len(y_pred):
        raise ValueError("input arrays must have the same length")
    kl_loss = y_true * np.log(y_true / y_pred)  #!
    positive = y_true > 0  #+
    kl_loss = y_true[positive] * np.log(y_true[positive] / np.clip(y_pred[positive], 1e-12, None))  #+
    return np.sum(kl_loss)
