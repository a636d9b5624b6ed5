import tensorflow as tf

tf.keras.mixed_precision.set_global_policy("mixed_float16")


def attn(s, mask):
    s += (1.0 - tf.cast(mask, s.dtype)) * -1e9  # NS136
    return tf.nn.softmax(s)
