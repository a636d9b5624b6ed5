# origin: https://github.com/nasa/delta/pull/115
# kinds: domain
import tensorflow.keras.backend as K
import tensorflow as tf


def dice_coef(y_true, y_pred):
    """2 |A & B| / (|A| + |B|) of two masks."""
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection) / (K.sum(y_true_f) + K.sum(y_pred_f))  #!
    return (2.0 * intersection) / (K.sum(y_true_f) + K.sum(y_pred_f) + K.epsilon())  #+


def dice_loss(y_true, y_pred):
    return 1 - dice_coef(tf.cast(y_true, tf.float32), y_pred)
