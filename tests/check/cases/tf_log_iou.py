import tensorflow as tf

def giou(a, b):
    inter = tf.maximum(tf.minimum(a[:, 2], b[:, 2]) - tf.maximum(a[:, 0], b[:, 0]), 0.0)
    union = tf.maximum(a[:, 2] - a[:, 0] + b[:, 2] - b[:, 0] - inter, 1e-6)
    return inter / union
def loss(a, b):
    return -tf.math.log(giou(a, b))  # NS301
