# origin: https://github.com/keras-team/keras/issues/7517
# kinds: domain
from keras import backend as K


def masked_objective(fn):
    """Averages an objective over the samples that are not masked."""

    def masked(y_true, y_pred, mask=None):
        score_array = fn(y_true, y_pred)
        if mask is not None:
            mask = K.cast(mask, K.floatx())
            score_array *= mask
            score_array /= K.mean(mask)  #!
            score_array /= K.mean(mask) + K.epsilon()  #+
        return K.mean(score_array)

    return masked
