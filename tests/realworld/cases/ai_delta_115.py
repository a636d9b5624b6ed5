# origin: https://github.com/nasa/delta/pull/115
# kinds: domain
"""
Various helpful loss functions.
"""

import tensorflow as tf
import tensorflow.keras.losses
import tensorflow.keras.backend as K


def ms_ssim(y_true, y_pred):
    """
    `tf.image.ssim_multiscale` as a loss function.
    """
    return 1.0 - tf.image.ssim_multiscale(y_true, y_pred, 4.0)


def dice_coef(y_true, y_pred, smooth=1.0):
    y_true_f = K.flatten(K.cast(y_true, y_pred.dtype))
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


def hard_dice(y_true, y_pred):
    """
    Dice coefficient of the thresholded prediction, used as a metric.
    """
    return dice_coef(y_true, K.round(y_pred))


class MappedDiceLoss(tensorflow.keras.losses.Loss):
    """
    Dice loss, with the labels mapped to a binary target first.
    """

    def __init__(self, mapping, name="mapped_dice"):
        super().__init__(name=name)
        self._lookup = tf.constant(mapping, dtype=tf.float32)

    def call(self, y_true, y_pred):
        y_true = tf.gather(self._lookup, tf.cast(y_true, tf.int64))
        return dice_loss(y_true, y_pred)


_LOSSES = {"ms_ssim": ms_ssim, "dice": dice_loss}


def loss_from_config(config):
    if isinstance(config, str):
        return _LOSSES[config]
    (name, args), = config.items()
    return MappedDiceLoss(**args) if name == "mapped_dice" else _LOSSES[name]
