# origin: https://github.com/tensorflow/probability/issues/241
# kinds: domain
import tensorflow as tf


class Categorical:
    """Distribution over K classes from probabilities or from logits."""

    def __init__(self, logits=None, probs=None, name="Categorical"):
        if (logits is None) == (probs is None):
            raise ValueError("exactly one of logits and probs has to be given")
        self.name = name
        if probs is not None:
            self.probs = tf.convert_to_tensor(probs)
            self.logits = tf.math.log(self.probs)  #!
            self.logits = tf.math.log(tf.maximum(self.probs, 1e-30))  #+
        else:
            self.logits = tf.convert_to_tensor(logits)
            self.probs = tf.nn.softmax(self.logits)

    def sample(self, n, seed=None):
        draws = tf.random.categorical(tf.reshape(self.logits, [-1, self.logits.shape[-1]]), n, seed=seed)
        return tf.transpose(draws)

    def log_prob(self, k):
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=k, logits=self.logits)

    def entropy(self):
        log_probs = tf.nn.log_softmax(self.logits)
        return -tf.reduce_sum(log_probs * self.probs, axis=-1)  #!
        return -tf.reduce_sum(tf.math.multiply_no_nan(log_probs, self.probs), axis=-1)  #+


def policy_summary(action_probs, legal_actions):
    """Mean entropy of a board game policy in which illegal moves get no probability."""
    masked = action_probs * tf.cast(legal_actions, action_probs.dtype)
    masked = masked / tf.maximum(tf.reduce_sum(masked, axis=-1, keepdims=True), 1e-6)
    dist = Categorical(probs=masked)
    return {"entropy": tf.reduce_mean(dist.entropy()), "max_prob": tf.reduce_mean(tf.reduce_max(masked, -1))}
