# origin: https://github.com/tensorflow/probability/issues/241
# kinds: domain
import tensorflow as tf


class Categorical(object):
    """The categorical distribution, from logits or probabilities."""

    def __init__(self, logits=None, probs=None, dtype=tf.int32, validate_args=False, name="Categorical"):
        with tf.name_scope(name):
            if (probs is None) == (logits is None):
                raise ValueError("Must pass probs or logits, but not both.")
            self._dtype, self._validate_args = dtype, validate_args
            if logits is None:
                self._probs = tf.convert_to_tensor(probs)
                self._logits = tf.math.log(tf.maximum(self._probs, 1e-30))
            else:
                self._logits = tf.convert_to_tensor(logits)
                self._probs = tf.nn.softmax(self._logits)

    @property
    def logits(self):
        return self._logits

    @property
    def probs(self):
        return self._probs

    def _entropy(self):
        p = self.probs
        return -tf.reduce_sum(p * tf.math.log(p), axis=-1)  #!
        return -tf.reduce_sum(tf.math.multiply_no_nan(tf.math.log(p), p), axis=-1)  #+

    def _kl(self, other):
        delta = tf.nn.log_softmax(self.logits) - tf.nn.log_softmax(other.logits)
        return tf.reduce_sum(tf.nn.softmax(self.logits) * delta, axis=-1)

    def entropy(self, name="entropy"):
        with tf.name_scope(name):
            return self._entropy()
