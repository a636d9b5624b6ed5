# origin: https://github.com/NVIDIA/apex/issues/93
# kinds: overflow domain
import tensorflow as tf

tf.keras.mixed_precision.set_global_policy("mixed_float16")


def create_padding_mask(seq):
    seq = tf.math.equal(seq, 0)
    return seq[:, tf.newaxis, tf.newaxis, :]


def create_look_ahead_mask(size):
    return 1 - tf.linalg.band_part(tf.ones((size, size)), -1, 0)


def scaled_dot_product_attention(q, k, v, mask):
    """q, k, v: (..., seq_len, depth); mask is 1 where attention is not allowed."""
    dk = tf.cast(tf.shape(k)[-1], q.dtype)
    scaled_attention_logits = tf.matmul(q / tf.math.sqrt(dk), k, transpose_b=True)

    if mask is not None:
        scaled_attention_logits += tf.cast(mask, scaled_attention_logits.dtype) * -1e9  #!
        scaled_attention_logits = tf.cast(scaled_attention_logits, tf.float32)  #+
        scaled_attention_logits += tf.cast(mask, tf.float32) * -1e9  #+

    attention_weights = tf.nn.softmax(scaled_attention_logits, axis=-1)
    attention_weights = tf.cast(attention_weights, v.dtype)
    return tf.matmul(attention_weights, v), attention_weights


class MultiHeadAttention(tf.keras.layers.Layer):
    def __init__(self, d_model, num_heads, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.d_model = d_model
        self.depth = d_model // num_heads
        self.wq = tf.keras.layers.Dense(d_model)
        self.wk = tf.keras.layers.Dense(d_model)
        self.wv = tf.keras.layers.Dense(d_model)
        self.dense = tf.keras.layers.Dense(d_model)

    def split_heads(self, x, batch_size):
        x = tf.reshape(x, (batch_size, -1, self.num_heads, self.depth))
        return tf.transpose(x, perm=[0, 2, 1, 3])

    def call(self, v, k, q, mask=None):
        batch_size = tf.shape(q)[0]
        q = self.split_heads(self.wq(q), batch_size)
        k = self.split_heads(self.wk(k), batch_size)
        v = self.split_heads(self.wv(v), batch_size)
        out, weights = scaled_dot_product_attention(q, k, v, mask)
        out = tf.transpose(out, perm=[0, 2, 1, 3])
        out = tf.reshape(out, (batch_size, -1, self.d_model))
        return self.dense(out), weights


if __name__ == "__main__":
    tokens = tf.constant([[5, 9, 3, 0, 0], [7, 2, 8, 4, 1]])
    x = tf.keras.layers.Embedding(16, 64)(tokens)
    mha = MultiHeadAttention(64, 4)
    y, _ = mha(x, x, x, mask=create_padding_mask(tokens))
    print(y.dtype, tf.reduce_mean(tf.cast(y, tf.float32)))
