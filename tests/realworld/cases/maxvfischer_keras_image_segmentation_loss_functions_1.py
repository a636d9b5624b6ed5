# origin: https://github.com/maxvfischer/keras-image-segmentation-loss-functions/pull/1
# kinds: domain
import tensorflow as tf
from tensorflow.keras import backend as K


def binary_focal_loss(beta, gamma=2.0):
    """Focal loss on probabilities of a sigmoid output layer."""

    def loss(y_true, y_pred):
        y_true = K.cast(y_true, "float32")
        f_loss = beta * (1 - y_pred) ** gamma * y_true * tf.math.log(y_pred)  #!
        f_loss = beta * (1 - y_pred) ** gamma * y_true * tf.math.log(y_pred + K.epsilon())  #+
        f_loss = -f_loss
        return tf.reduce_mean(f_loss)

    return loss
