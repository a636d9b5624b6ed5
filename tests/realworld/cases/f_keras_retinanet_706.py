# origin: https://github.com/fizyr/keras-retinanet/issues/706
# kinds: domain
import keras
from keras import backend
import tensorflow as tf


def focal(alpha=0.25, gamma=0.5):
    """Creates a functor for the focal loss."""

    def _focal(y_true, y_pred):
        labels = y_true[:, :, :-1]
        anchor_state = y_true[:, :, -1]
        classification = y_pred

        indices = tf.where(keras.backend.not_equal(anchor_state, -1))
        labels = tf.gather_nd(labels, indices)
        classification = tf.gather_nd(classification, indices)

        alpha_factor = keras.backend.ones_like(labels) * alpha
        alpha_factor = tf.where(keras.backend.equal(labels, 1), alpha_factor, 1 - alpha_factor)
        focal_weight = tf.where(keras.backend.equal(labels, 1), 1 - classification, classification)
        focal_weight = backend.clip(focal_weight, backend.epsilon(), 1.0)  #+
        focal_weight = alpha_factor * focal_weight**gamma  #*

        cls_loss = focal_weight * keras.backend.binary_crossentropy(labels, classification)
        normalizer = tf.where(keras.backend.equal(anchor_state, 1))
        normalizer = keras.backend.cast(keras.backend.shape(normalizer)[0], keras.backend.floatx())
        normalizer = keras.backend.maximum(keras.backend.cast_to_floatx(1.0), normalizer)
        return keras.backend.sum(cls_loss) / normalizer

    return _focal
