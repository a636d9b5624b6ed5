# origin: https://github.com/keras-team/keras/issues/22586
# kinds: overflow underflow
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class GroupNormalization(layers.Layer):
    """Group normalization over the channel axis (channels last)."""

    def __init__(self, groups=32, epsilon=1e-12, center=True, scale=True, **kwargs):  #-
    def __init__(self, groups=32, epsilon=1e-5, center=True, scale=True, **kwargs):  #+
        super().__init__(**kwargs)
        self.groups = groups
        self.epsilon = epsilon
        self.center = center
        self.scale = scale

    def build(self, input_shape):
        dim = input_shape[-1]
        if dim % self.groups != 0:
            raise ValueError(f"Channels {dim} must be a multiple of groups {self.groups}")
        self.gamma = self.add_weight(name="gamma", shape=(dim,), initializer="ones") if self.scale else None
        self.beta = self.add_weight(name="beta", shape=(dim,), initializer="zeros") if self.center else None
        super().build(input_shape)

    def call(self, inputs):
        input_shape = tf.shape(inputs)
        grouped = tf.concat(
            [input_shape[:-1], [self.groups, input_shape[-1] // self.groups]], axis=0
        )
        x = tf.reshape(inputs, grouped)
        x = self._normalize(x, list(range(1, inputs.shape.rank - 1)) + [inputs.shape.rank])
        x = tf.reshape(tf.cast(x, inputs.dtype), input_shape)
        if self.gamma is not None:
            x = x * tf.cast(self.gamma, x.dtype)
        if self.beta is not None:
            x = x + tf.cast(self.beta, x.dtype)
        return x

    def _normalize(self, x, axes):
        mean = tf.reduce_mean(x, axis=axes, keepdims=True)  #!
        variance = tf.reduce_mean(tf.square(x - mean), axis=axes, keepdims=True)  #!
        x = tf.cast(x, tf.float32)  #+
        mean, variance = tf.nn.moments(x, axes=axes, keepdims=True)  #+
        return (x - mean) * tf.math.rsqrt(variance + self.epsilon)  #*

    def get_config(self):
        config = super().get_config()
        config.update(groups=self.groups, epsilon=self.epsilon, center=self.center, scale=self.scale)
        return config


def build_unet_stem(channels=64):
    keras.mixed_precision.set_global_policy("mixed_float16")
    inp = keras.Input((None, None, 3))
    x = layers.Conv2D(channels, 3, padding="same")(inp)
    x = GroupNormalization(groups=8)(x)
    x = layers.Activation("swish")(x)
    return keras.Model(inp, x)
