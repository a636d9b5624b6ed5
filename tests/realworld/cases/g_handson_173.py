# origin: https://github.com/ageron/handson-ml/issues/173
# kinds: domain
import numpy as np
import tensorflow as tf

caps1_n_caps, caps1_n_dims = 32 * 6 * 6, 8
init_sigma = 0.1


def squash(s, axis=-1, epsilon=1e-7, name=None):
    with tf.name_scope(name, default_name="squash"):
        squared_norm = tf.reduce_sum(tf.square(s), axis=axis, keep_dims=True)
        safe_norm = tf.sqrt(squared_norm)  #!
        safe_norm = tf.sqrt(squared_norm + epsilon)  #+
        squash_factor = safe_norm / (1.0 + squared_norm)
        return squash_factor * s


def primary_capsules(images):
    conv1 = tf.layers.conv2d(images, filters=256, kernel_size=9, strides=1, activation=tf.nn.relu)
    conv2 = tf.layers.conv2d(conv1, filters=256, kernel_size=9, strides=2, activation=tf.nn.relu)
    caps1_raw = tf.reshape(conv2, [-1, caps1_n_caps, caps1_n_dims], name="caps1_raw")
    return squash(caps1_raw, name="caps1_output")


def margin_loss(lengths, labels, m_plus=0.9, m_minus=0.1, lambda_=0.5):
    T = tf.one_hot(labels, depth=10)
    present = tf.square(tf.maximum(0.0, m_plus - lengths))
    absent = tf.square(tf.maximum(0.0, lengths - m_minus))
    return tf.reduce_mean(tf.reduce_sum(T * present + lambda_ * (1.0 - T) * absent, axis=1))
