# origin: https://github.com/nasa/delta/pull/115
# kinds: domain
"""
Various helpful loss functions.
"""
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow.keras.losses import Loss

_LOSSES = {}


def register_loss(name, cls):
    _LOSSES[name] = cls


def dice_coef(y_true, y_pred, smooth=1.0):
    """
    Dice coefficient for the whole batch.
    """
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    total = K.sum(y_true_f) + K.sum(y_pred_f)
    return 2.0 * intersection / total  #!
    return (2.0 * intersection + smooth) / (total + smooth)  #+


def dice_loss(y_true, y_pred):
    """
    Dice coefficient as a loss function.
    """
    return 1 - dice_coef(y_true, y_pred)


class MappedLoss(Loss):
    def __init__(self, mapping, nodata=None, reduction="sum_over_batch_size", name=None):
        """
        Maps the integer labels to probabilities before the wrapped loss is computed.
        """
        super().__init__(name=name, reduction=reduction)
        self._nodata = nodata
        self._lookup = tf.constant(mapping, dtype=tf.float32)

    def preprocess(self, y_true, y_pred):
        labels = tf.squeeze(y_true)
        valid = tf.ones_like(labels, dtype=tf.float32)
        if self._nodata is not None:
            valid = tf.cast(tf.not_equal(labels, self._nodata), tf.float32)
            labels = tf.where(tf.equal(labels, self._nodata), tf.zeros_like(labels), labels)
        probabilities = tf.gather(self._lookup, tf.cast(labels, tf.int32)) * valid
        return probabilities, tf.squeeze(y_pred) * valid


class MappedDiceLoss(MappedLoss):
    def call(self, y_true, y_pred):
        return dice_loss(*self.preprocess(y_true, y_pred))


class MappedDiceBceLoss(MappedLoss):
    """Dice loss with a share of binary cross entropy, for water masks."""

    def call(self, y_true, y_pred):
        y_true, y_pred = self.preprocess(y_true, y_pred)
        bce = K.mean(K.binary_crossentropy(y_true, y_pred))
        return dice_loss(y_true, y_pred) + 0.5 * bce


register_loss("dice", dice_loss)
register_loss("MappedDice", MappedDiceLoss)
register_loss("MappedDiceBce", MappedDiceBceLoss)
