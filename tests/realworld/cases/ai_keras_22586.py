# origin: https://github.com/keras-team/keras/issues/22586
# kinds: underflow overflow precision
import keras
from keras import ops

keras.mixed_precision.set_global_policy("mixed_float16")


class GroupNormalization(keras.layers.Layer):
    """Group normalization over the channel axis of channels-last inputs."""

    def __init__(self, groups=32, epsilon=1e-12, center=True, scale=True, **kwargs):  #!
    def __init__(self, groups=32, epsilon=1e-5, center=True, scale=True, **kwargs):  #+
        super().__init__(**kwargs)
        self.groups = groups
        self.epsilon = epsilon
        self.center = center
        self.scale = scale

    def build(self, input_shape):
        dim = input_shape[-1]
        if dim % self.groups != 0:
            raise ValueError(f"Number of groups ({self.groups}) must divide the channels ({dim}).")
        if self.scale:
            self.gamma = self.add_weight(shape=(dim,), initializer="ones", name="gamma")
        if self.center:
            self.beta = self.add_weight(shape=(dim,), initializer="zeros", name="beta")
        super().build(input_shape)

    def call(self, inputs):
        shape = ops.shape(inputs)
        x = ops.reshape(inputs, (shape[0], -1, self.groups, shape[-1] // self.groups))
        x = ops.cast(x, "float32")  #+
        mean = ops.mean(x, axis=(1, 3), keepdims=True)
        variance = ops.mean(ops.square(x - mean), axis=(1, 3), keepdims=True)
        x = (x - mean) * ops.rsqrt(variance + self.epsilon)  #*
        x = ops.cast(x, inputs.dtype)  #+
        x = ops.reshape(x, shape)
        if self.scale:
            x = x * ops.cast(self.gamma, x.dtype)
        if self.center:
            x = x + ops.cast(self.beta, x.dtype)
        return x


def conv_block(x, filters):
    x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = GroupNormalization(groups=8)(x)
    return keras.layers.Activation("relu")(x)


def build_model(size=64, classes=4):
    inputs = keras.Input((size, size, 3))
    x = conv_block(inputs, 16)
    x = keras.layers.MaxPooling2D()(x)
    x = conv_block(x, 32)
    x = keras.layers.GlobalAveragePooling2D()(x)
    outputs = keras.layers.Dense(classes, activation="softmax", dtype="float32")(x)
    model = keras.Model(inputs, outputs)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model
