# origin: https://github.com/e3nn/e3nn/pull/258
# kinds: domain
import tensorflow as tf
from tensorflow.keras import layers


def squash(vectors, axis=-1, epsilon=1e-7):
    """Non-linearity of Sabour et al. (2017): length in [0, 1), same direction."""
    s_squared_norm = tf.reduce_sum(tf.square(vectors), axis=axis, keepdims=True)
    norm = tf.sqrt(s_squared_norm)  #!
    norm = tf.sqrt(s_squared_norm + epsilon)  #+
    scale = s_squared_norm / (1.0 + s_squared_norm)
    return scale * vectors / (norm + epsilon)


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings

    def build(self, input_shape):
        self.input_num_capsule = input_shape[1]
        self.W = self.add_weight(
            shape=(self.num_capsule, self.input_num_capsule, self.dim_capsule, input_shape[2]),
            initializer="glorot_uniform",
            name="W",
        )

    def call(self, inputs):
        inputs_hat = tf.einsum("jidk,bik->bjid", self.W, inputs)
        b = tf.zeros_like(inputs_hat[..., 0])
        for i in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            outputs = squash(tf.einsum("bji,bjid->bjd", c, inputs_hat))
            if i < self.routings - 1:
                b += tf.einsum("bjd,bjid->bji", outputs, inputs_hat)
        return outputs


def primary_cap(inputs, dim_capsule, n_channels):
    x = layers.Conv2D(dim_capsule * n_channels, 9, strides=2, padding="valid", activation="relu")(inputs)
    x = layers.Reshape((-1, dim_capsule))(x)
    return layers.Lambda(squash, name="primarycap_squash")(x)


def build_model(input_shape=(28, 28, 1), n_class=10):
    x = layers.Input(shape=input_shape)
    conv1 = layers.Conv2D(256, 9, activation="relu", name="conv1")(x)
    primary = primary_cap(conv1, dim_capsule=8, n_channels=32)
    digit = CapsuleLayer(n_class, 16, name="digitcaps")(primary)
    return tf.keras.Model(x, digit)
