# origin: https://github.com/keras-team/keras/pull/17571
# kinds: overflow loss-scale domain
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.mixed_precision.set_global_policy("mixed_float16")


def _large_compatible_negative(tensor_type):
    """Large negative number used as the additive mask for this dtype."""
    if tf.as_dtype(tensor_type) == tf.float16:
        return tf.float16.min  #!
        return tf.float16.min / 2.0  #+
    return -1e9


class MaskedSoftmax(layers.Layer):
    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.axis = axis

    def call(self, inputs, mask=None):
        if mask is not None:
            adder = (1.0 - tf.cast(mask, inputs.dtype)) * _large_compatible_negative(inputs.dtype)
            inputs += adder  #*
        return tf.nn.softmax(inputs, axis=self.axis)


class MultiHeadAttention(layers.Layer):
    def __init__(self, num_heads, key_dim, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.qkv = layers.Dense(3 * num_heads * key_dim)
        self.out = layers.Dense(num_heads * key_dim)
        self.softmax = MaskedSoftmax(axis=-1)

    def call(self, x, attention_mask=None):
        batch, length = tf.shape(x)[0], tf.shape(x)[1]
        qkv = tf.reshape(self.qkv(x), (batch, length, 3, self.num_heads, self.key_dim))
        q, k, v = tf.unstack(qkv, axis=2)
        q = q * tf.cast(self.key_dim, q.dtype) ** -0.5
        scores = tf.einsum("bqhd,bkhd->bhqk", q, k)
        if attention_mask is not None:
            attention_mask = attention_mask[:, tf.newaxis, :, :]
        probs = self.softmax(scores, attention_mask)
        context = tf.einsum("bhqk,bkhd->bqhd", probs, v)
        return self.out(tf.reshape(context, (batch, length, self.num_heads * self.key_dim)))


def build_model(vocab_size, num_classes, length=128, dim=256):
    ids = keras.Input((length,), dtype="int32")
    padding = tf.not_equal(ids, 0)
    mask = tf.logical_and(padding[:, :, tf.newaxis], padding[:, tf.newaxis, :])
    x = layers.Embedding(vocab_size, dim)(ids)
    x = layers.LayerNormalization()(x + MultiHeadAttention(8, dim // 8)(x, attention_mask=mask))
    x = layers.GlobalAveragePooling1D()(x)
    outputs = layers.Dense(num_classes, activation="softmax", dtype="float32")(x)
    model = keras.Model(ids, outputs)
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="sparse_categorical_crossentropy")
    return model


def main(dataset, vocab_size=20000, num_classes=10):
    model = build_model(vocab_size, num_classes)
    model.fit(dataset, epochs=10)
