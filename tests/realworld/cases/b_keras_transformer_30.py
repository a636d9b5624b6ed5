# origin: https://github.com/kpot/keras-transformer/pull/30
# kinds: domain
import tensorflow as tf
from tensorflow.keras import backend as K


class ConfidencePenalty(tf.keras.layers.Layer):
    """Punishes output distributions of low entropy."""

    def __init__(self, weight=0.1, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, probs):
        entropy = -K.sum(probs * K.log(probs), axis=-1)  #!
        entropy = -K.sum(probs * K.log(probs + K.epsilon()), axis=-1)  #+
        self.add_loss(-self.weight * K.mean(entropy))
        return probs
