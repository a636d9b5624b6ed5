# origin: https://github.com/facebookresearch/fairseq/issues/3575
# kinds: overflow
import tensorflow as tf
from tensorflow.keras import layers, mixed_precision

mixed_precision.set_global_policy("mixed_float16")


class MultiHeadSelfAttention(layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.d_model = d_model
        self.num_heads = num_heads
        self.depth = d_model // num_heads
        self.wq = layers.Dense(d_model)
        self.wk = layers.Dense(d_model)
        self.wv = layers.Dense(d_model)
        self.out = layers.Dense(d_model)

    def split_heads(self, x):
        b = tf.shape(x)[0]
        x = tf.reshape(x, (b, -1, self.num_heads, self.depth))
        return tf.transpose(x, perm=[0, 2, 1, 3])

    def call(self, x, padding_mask):
        q = self.split_heads(self.wq(x)) * (self.depth ** -0.5)
        k = self.split_heads(self.wk(x))
        v = self.split_heads(self.wv(x))
        scores = tf.matmul(q, k, transpose_b=True)
        mask = tf.cast(padding_mask[:, tf.newaxis, tf.newaxis, :], scores.dtype)
        scores += mask * -1e9  #!
        scores += mask * (scores.dtype.min / 2)  #+
        weights = tf.nn.softmax(scores, axis=-1)
        ctx = tf.transpose(tf.matmul(weights, v), perm=[0, 2, 1, 3])
        ctx = tf.reshape(ctx, (tf.shape(x)[0], -1, self.d_model))
        return self.out(ctx)


def build_classifier(vocab_size, num_classes, max_len=128, d_model=256):
    tokens = layers.Input((max_len,), dtype="int32")
    padding_mask = tf.equal(tokens, 0)
    x = layers.Embedding(vocab_size, d_model)(tokens)
    x = MultiHeadSelfAttention(d_model, 8)(x, padding_mask)
    x = layers.LayerNormalization(epsilon=1e-3)(x)
    x = layers.GlobalAveragePooling1D()(x)
    outputs = layers.Dense(num_classes, activation="softmax", dtype="float32")(x)
    model = tf.keras.Model(tokens, outputs)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
