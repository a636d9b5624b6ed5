# origin: https://github.com/tensorflow/tensorflow/issues/11692
# kinds: domain
import tensorflow as tf


def reduce_logsumexp(input_tensor, axis=None, keepdims=False, name=None):
    """Computes log(sum(exp(elements across dimensions of a tensor))).

    Reduces `input_tensor` along the dimensions given in `axis`. The largest element is subtracted first, so that
    large inputs do not overflow and small ones do not vanish.

    Args:
      input_tensor: The tensor to reduce. Should have numeric type.
      axis: The dimensions to reduce. If `None`, reduces all dimensions.
      keepdims: If true, retains reduced dimensions with length 1.
      name: A name for the operation (optional).

    Returns:
      The reduced tensor.
    """
    with tf.name_scope(name or "ReduceLogSumExp"):
        raw_max = tf.reduce_max(input_tensor, axis=axis, keepdims=True)
        my_max = tf.stop_gradient(raw_max)  #-
        shifted = tf.exp(input_tensor - my_max)  #!
        result = tf.math.log(tf.reduce_sum(shifted, axis=axis, keepdims=True)) + my_max  #-
        my_max = tf.stop_gradient(tf.where(tf.math.is_finite(raw_max), raw_max, tf.zeros_like(raw_max)))  #+
        total = tf.reduce_sum(tf.exp(input_tensor - my_max), axis=axis, keepdims=True)  #+
        nonzero = total > 0  #+
        log_total = tf.math.log(tf.where(nonzero, total, tf.ones_like(total)))  #+
        result = tf.where(nonzero, log_total + my_max, raw_max)  #+
        if not keepdims:
            result = tf.squeeze(result, axis=axis)
        return result


class ForwardAlgorithm(tf.keras.layers.Layer):
    """Log-likelihood of an observation sequence under a left-to-right HMM."""

    def __init__(self, num_states, **kwargs):
        super().__init__(**kwargs)
        self.num_states = num_states

    def build(self, input_shape):
        self.stay_logits = self.add_weight(name="stay_logits", shape=[self.num_states], initializer="zeros")

    def _transition_log_probs(self):
        neg_inf = tf.fill([self.num_states, self.num_states], float("-inf"))
        stay = tf.math.log_sigmoid(self.stay_logits)
        advance = tf.math.log_sigmoid(-self.stay_logits)[:-1]
        log_trans = tf.linalg.set_diag(neg_inf, stay)
        return tf.linalg.set_diag(log_trans, advance, k=1)

    def call(self, emission_log_probs):
        log_trans = self._transition_log_probs()
        start = tf.one_hot(0, self.num_states, on_value=0.0, off_value=float("-inf"))
        alpha = start[tf.newaxis, :] + emission_log_probs[:, 0]
        for t in range(1, emission_log_probs.shape[1]):
            scores = alpha[:, :, tf.newaxis] + log_trans[tf.newaxis, :, :]
            alpha = reduce_logsumexp(scores, axis=1) + emission_log_probs[:, t]
        return reduce_logsumexp(alpha, axis=-1)
