# origin: https://github.com/tensorflow/tensorflow/issues/27684
# kinds: domain
import tensorflow as tf


class PowerLawFlux(tf.keras.layers.Layer):
    def build(self, shape):
        self.alpha = self.add_weight(shape=(), initializer="ones")

    def call(self, x):
        log_part = self.alpha * tf.math.log(x)  #-
        safe_x = tf.where(x > 0, x, tf.ones_like(x))  #+
        log_part = self.alpha * tf.math.log(safe_x)  #+
        return tf.where(x >= 0, log_part, tf.zeros_like(x))  #*
