# origin: https://github.com/tensorflow/compression/issues/116
# kinds: domain underflow
import math

import tensorflow as tf

SCALES_MIN = 0.11


class GaussianConditional(tf.keras.layers.Layer):
    """Rate of latents under a Gaussian whose scale is predicted by the hyper decoder."""

    def __init__(self, scale_bound=SCALES_MIN, likelihood_bound=1e-9, **kwargs):
        super().__init__(**kwargs)
        self.scale_bound = scale_bound
        self.likelihood_bound = likelihood_bound

    def _standardized_cumulative(self, inputs):
        return 0.5 * tf.math.erfc(-(2 ** -0.5) * inputs)

    def _likelihood(self, inputs, scale):
        values = tf.abs(inputs)
        upper = self._standardized_cumulative((0.5 - values) / scale)
        lower = self._standardized_cumulative((-0.5 - values) / scale)
        return upper - lower

    def call(self, inputs, scale, training=False):
        scale = tf.maximum(scale, self.scale_bound)
        if training:
            outputs = inputs + tf.random.uniform(tf.shape(inputs), -0.5, 0.5)
        else:
            outputs = tf.round(inputs)
        likelihood = self._likelihood(outputs, scale)
        bits = tf.math.log(likelihood) / -math.log(2.0)  #!
        bits = tf.math.log(tf.maximum(likelihood, self.likelihood_bound)) / -math.log(2.0)  #+
        return outputs, tf.reduce_sum(bits, axis=[1, 2, 3])


@tf.function
def train_step(model, conditional, optimizer, images, lmbda):
    num_pixels = tf.cast(tf.reduce_prod(tf.shape(images)[1:3]), tf.float32)
    with tf.GradientTape() as tape:
        y, scale = model.encode(images)
        y_tilde, bits = conditional(y, scale, training=True)
        bpp = tf.reduce_mean(bits) / num_pixels
        mse = tf.reduce_mean(tf.math.squared_difference(images, model.decode(y_tilde)))
        loss = bpp + lmbda * mse
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss, bpp
