# origin: https://github.com/maxvfischer/keras-image-segmentation-loss-functions/pull/1
# kinds: domain
from typing import Callable, Union

import numpy as np
import tensorflow as tf
from keras import backend as K


def binary_weighted_cross_entropy(beta: float, is_logits: bool = False) -> Callable:
    """Weighted cross entropy, beta weights the positive class."""

    def loss(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        logits = y_pred
        if not is_logits:
            y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
            logits = K.log(y_pred / (1 - y_pred))
        wce_loss = tf.nn.weighted_cross_entropy_with_logits(labels=y_true, logits=logits, pos_weight=beta)
        axis_to_reduce = list(range(1, K.ndim(wce_loss)))
        return K.mean(wce_loss, axis=axis_to_reduce)

    return loss


def binary_focal_loss(beta: float, gamma: float = 2.0) -> Callable:
    """
    Focal loss for binary segmentation, the output of the network is a sigmoid.

    :param beta: Weight coefficient of the foreground
    :param gamma: Focusing parameter, γ ≥ 0
    """

    def loss(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())  #+
        f_loss = beta * (1 - y_pred) ** gamma * y_true * K.log(y_pred)  #*
        f_loss += (1 - beta) * y_pred ** gamma * (1 - y_true) * K.log(1 - y_pred)  #*
        f_loss = -f_loss

        # Average over each data point/image in batch
        axis_to_reduce = list(range(1, K.ndim(f_loss)))
        return K.mean(f_loss, axis=axis_to_reduce)

    return loss


def foreground_weight(masks: Union[np.ndarray, list]) -> float:
    masks = np.asarray(masks, dtype=np.float32)
    return float(1.0 - masks.mean())


def compile_segmentation_model(model, train_masks, lr=1e-3):
    beta = foreground_weight(train_masks)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(lr),
        loss=binary_focal_loss(beta=beta, gamma=2.0),
        metrics=["accuracy"],
    )
    return model
