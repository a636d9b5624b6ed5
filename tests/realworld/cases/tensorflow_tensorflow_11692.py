# origin: https://github.com/tensorflow/tensorflow/issues/11692
# kinds: domain
import tensorflow as tf


def reduce_logsumexp(input_tensor, axis=None, keepdims=False):
    raw_max = tf.reduce_max(input_tensor, axis=axis, keepdims=True)
    my_max = tf.stop_gradient(raw_max)
    my_max = tf.where(tf.math.is_finite(my_max), my_max, tf.zeros_like(my_max))  #+
    shifted = tf.exp(input_tensor - my_max)  #*
    result = tf.math.log(tf.reduce_sum(shifted, axis=axis, keepdims=True) + 1e-30) + my_max  #*
    return result if keepdims else tf.squeeze(result, axis)


def forward_algorithm(emissions, transitions):
    alpha = emissions[0]
    for emission in tf.unstack(emissions[1:]):
        alpha = emission + reduce_logsumexp(alpha[:, None] + transitions, axis=0)
    return reduce_logsumexp(alpha)
