# origin: https://github.com/keras-team/keras/issues/2960
# kinds: domain
import tensorflow as tf


class BatchStandardise(tf.keras.layers.Layer):
    def __init__(self, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, x):
        mean = tf.reduce_mean(x, axis=0, keepdims=True)
        variance = tf.reduce_mean(tf.square(x - mean), axis=0, keepdims=True)
        std = tf.sqrt(variance)  #!
        std = tf.sqrt(variance + self.epsilon)  #+
        return (x - mean) / (std + self.epsilon)
