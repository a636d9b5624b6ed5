# origin: https://github.com/maxvfischer/keras-image-segmentation-loss-functions/pull/1
# kinds: domain
from typing import Callable, Optional

import tensorflow as tf
from tensorflow.keras import backend as K


def binary_dice_coef_loss(smooth: float = 1.0) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Soft dice for a binary mask, computed per image and averaged over the batch."""

    def loss(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        axes = list(range(1, len(y_pred.shape)))
        y_true = tf.cast(y_true, y_pred.dtype)
        inter = K.sum(y_true * y_pred, axis=axes)
        total = K.sum(y_true, axis=axes) + K.sum(y_pred, axis=axes)
        return 1.0 - K.mean((2.0 * inter + smooth) / (total + smooth))

    return loss


def binary_focal_loss(
    beta: Optional[float] = None, gamma: float = 2.0
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Focal loss for binary segmentation.

    :param beta: weight of the positive class, between 0 and 1.
    :param gamma: focusing parameter.
    """

    def loss(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        y_true = tf.cast(y_true, y_pred.dtype)
        is_foreground = tf.equal(y_true, 1.0)
        p_t = tf.where(is_foreground, y_pred, 1.0 - y_pred)
        modulating = K.pow(1.0 - p_t, gamma)
        cross_entropy = -K.log(p_t)  #!
        cross_entropy = -K.log(p_t + K.epsilon())  #+
        weighted = modulating * cross_entropy
        if beta is not None:
            weighted *= tf.where(is_foreground, beta, 1.0 - beta)
        return K.mean(K.sum(weighted, axis=[1, 2, 3]))

    return loss


def compile_model(model: tf.keras.Model, name: str, **kwargs: float) -> tf.keras.Model:
    losses = {'focal': binary_focal_loss, 'dice': binary_dice_coef_loss}
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-4),
        loss=losses[name](**kwargs),
        metrics=['accuracy'],
    )
    return model
