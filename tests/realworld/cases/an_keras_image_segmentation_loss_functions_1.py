# origin: https://github.com/maxvfischer/keras-image-segmentation-loss-functions/pull/1
# kinds: domain
from typing import Callable, Union

import numpy as np
import tensorflow as tf
import tensorflow.keras.backend as K


def binary_weighted_cross_entropy(beta: float, is_logits: bool = False) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """
    Weighted cross entropy. All positive examples get weighted by the coefficient beta.

    :param beta: Weight coefficient (float)
    :param is_logits: If y_pred are logits (bool, default=False)
    :return: Weighted cross entropy loss function
    """
    def loss(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        if not is_logits:
            y_pred = K.clip(y_pred, K.epsilon(), 1. - K.epsilon())
            y_pred = tf.math.log(y_pred / (1. - y_pred))
        wce = tf.nn.weighted_cross_entropy_with_logits(labels=y_true, logits=y_pred, pos_weight=beta)
        axis_to_reduce = range(1, K.ndim(wce))
        return K.mean(wce, axis=axis_to_reduce)

    return loss


def binary_focal_loss(beta: float, gamma: float = 2.) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """
    Focal loss is derived from balanced cross entropy, where focal loss adds an extra focus on hard examples.

    :param beta: Weight coefficient (float)
    :param gamma: Focusing parameter, γ ≥ 0 (float, default=2.)
    :return: Focal loss
    """
    def loss(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        y_true = tf.cast(y_true, y_pred.dtype)
        y_pred = K.clip(y_pred, K.epsilon(), 1. - K.epsilon())  #+
        f_loss = beta * (1 - y_pred) ** gamma * y_true * tf.math.log(y_pred)  #!
        f_loss += (1 - beta) * y_pred ** gamma * (1 - y_true) * tf.math.log(1 - y_pred)  #!
        f_loss = beta * (1 - y_pred) ** gamma * y_true * tf.math.log(y_pred)  #+
        f_loss += (1 - beta) * y_pred ** gamma * (1 - y_true) * tf.math.log(1 - y_pred)  #+
        f_loss = -f_loss

        # Average over each data point/image in batch
        axis_to_reduce = range(1, K.ndim(f_loss))
        return K.mean(f_loss, axis=axis_to_reduce)

    return loss


def unet_small(input_shape: tuple = (128, 128, 3)) -> tf.keras.Model:
    inputs = tf.keras.layers.Input(input_shape)
    c1 = tf.keras.layers.Conv2D(16, 3, padding='same', activation='relu')(inputs)
    p1 = tf.keras.layers.MaxPooling2D()(c1)
    c2 = tf.keras.layers.Conv2D(32, 3, padding='same', activation='relu')(p1)
    u1 = tf.keras.layers.UpSampling2D()(c2)
    merged = tf.keras.layers.Concatenate()([u1, c1])
    outputs = tf.keras.layers.Conv2D(1, 1, activation='sigmoid')(merged)
    return tf.keras.Model(inputs, outputs)


def fit(images: np.ndarray, masks: np.ndarray, beta: Union[int, float] = 0.75) -> tf.keras.Model:
    model = unet_small(images.shape[1:])
    model.compile(optimizer='adam', loss=binary_focal_loss(beta=beta, gamma=2.))
    model.fit(images, masks, batch_size=4, epochs=5)
    return model
