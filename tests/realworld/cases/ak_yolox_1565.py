# origin: https://github.com/Megvii-BaseDetection/YOLOX/issues/1565
# kinds: underflow domain
import tensorflow as tf
from tensorflow import keras

keras.mixed_precision.set_global_policy("mixed_float16")


class SlotCompetition(keras.layers.Layer):
    """Assigns pixels to slots; every slot reads the weighted mean of the pixels."""

    def __init__(self, num_slots, dim, **kwargs):
        super().__init__(**kwargs)
        self.num_slots = num_slots
        self.dim = dim
        self.to_key = keras.layers.Dense(dim, use_bias=False)
        self.to_value = keras.layers.Dense(dim, use_bias=False)

    def build(self, input_shape):
        self.slots = self.add_weight(
            name="slots", shape=(1, self.num_slots, self.dim), initializer="glorot_uniform"
        )
        super().build(input_shape)

    def call(self, pixels, visible):
        keys = self.to_key(pixels)
        values = self.to_value(pixels)
        slots = tf.cast(self.slots, keys.dtype)
        logits = tf.einsum("bnd,zsd->bns", keys, slots) * self.dim ** -0.5
        attn = tf.nn.softmax(tf.cast(logits, tf.float32), axis=-1)
        attn = attn * tf.cast(visible, tf.float32)[..., tf.newaxis]
        attn = tf.cast(attn, tf.float16)  #-
        mass = tf.reduce_sum(attn, axis=1, keepdims=True)
        attn = attn / tf.maximum(mass, 1e-12)  #!
        attn = tf.cast(attn / tf.maximum(mass, 1e-6), values.dtype)  #+
        return tf.einsum("bns,bnd->bsd", attn, values)


def build_model(num_pixels, channels, num_slots=7, dim=64, classes=10):
    pixels = keras.Input((num_pixels, channels))
    visible = keras.Input((num_pixels,), dtype="bool")
    x = keras.layers.LayerNormalization()(pixels)
    slots = SlotCompetition(num_slots, dim)(x, visible)
    pooled = keras.layers.GlobalAveragePooling1D()(slots)
    logits = keras.layers.Dense(classes, dtype="float32")(pooled)
    model = keras.Model([pixels, visible], logits)
    model.compile(
        optimizer=keras.optimizers.Adam(3e-4),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model
