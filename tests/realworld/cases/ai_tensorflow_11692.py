# origin: https://github.com/tensorflow/tensorflow/issues/11692
# kinds: domain
import numpy as np
import tensorflow as tf


def reduce_logsumexp(input_tensor, axis=None, keepdims=False, name=None):
    """Computes log(sum(exp(elements across dimensions of a tensor))).

    More numerically stable than log(sum(exp(input))): overflows caused by
    taking the exp of large inputs and underflows caused by taking the log of
    small inputs are avoided.
    """
    with tf.name_scope(name or "ReduceLogSumExp"):
        input_tensor = tf.convert_to_tensor(input_tensor)
        raw_max = tf.reduce_max(input_tensor, axis=axis, keepdims=True)
        my_max = tf.stop_gradient(raw_max)  #-
        my_max = tf.stop_gradient(  #+
            tf.where(tf.math.is_finite(raw_max), raw_max, tf.zeros_like(raw_max))  #+
        )  #+
        exps = tf.exp(input_tensor - my_max)  #*
        result = tf.math.log(tf.reduce_sum(exps, axis=axis, keepdims=True)) + my_max
        if not keepdims:
            result = tf.squeeze(result, axis=axis)
        return result


def mixture_log_prob(x, log_weights, means, log_scales):
    """Log density of a 1-D Gaussian mixture; disabled components weigh -inf."""
    z = (x[:, None] - means) * tf.exp(-log_scales)
    comp = -0.5 * tf.square(z) - log_scales - 0.5 * np.log(2.0 * np.pi)
    return reduce_logsumexp(log_weights + comp, axis=1)


def marginal_over_states(log_joint, allowed):
    """log p(y_t) of each time step, over the states the lexicon allows there."""
    masked = tf.where(allowed, log_joint, tf.fill(tf.shape(log_joint), -np.inf))
    return reduce_logsumexp(masked, axis=-1)


def best_hypothesis(log_joint, allowed):
    """(utterances, hypotheses, time, states) -> index of the likeliest hypothesis.

    A hypothesis with a step at which no state is allowed scores -inf.
    """
    scores = tf.reduce_sum(marginal_over_states(log_joint, allowed), axis=-1)
    return tf.argmax(scores, axis=-1), reduce_logsumexp(scores, axis=-1)
