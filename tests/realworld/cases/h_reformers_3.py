# origin: https://github.com/cerebroai/reformers/issues/3
# kinds: domain overflow
import tensorflow as tf
from tensorflow.keras.layers import Dense, Layer


class TFLSHAttention(Layer):
    def __init__(self, dim, heads=8, causal=False, dropout=0.0, **kwargs):
        super(TFLSHAttention, self).__init__(**kwargs)
        self.heads, self.causal = heads, causal
        self.to_qk, self.to_v, self.to_out = Dense(dim, use_bias=False), Dense(dim, use_bias=False), Dense(dim)
        self.drop = tf.keras.layers.Dropout(dropout)

    def call(self, inputs, mask=None):
        qk, v = self.to_qk(inputs), self.to_v(inputs)
        dots = tf.matmul(qk, qk, transpose_b=True) * tf.math.rsqrt(tf.cast(tf.shape(qk)[-1], tf.float32))
        if mask is not None:
            keep = tf.cast(mask, tf.float32)
            dots = tf.math.multiply(dots, keep) + (1 - keep) * float("-inf")  #!
            dots = tf.math.multiply(dots, keep) + (1 - keep) * -1e9  #+
        attention = self.drop(tf.nn.softmax(dots, axis=-1))
        return self.to_out(tf.matmul(attention, v))
