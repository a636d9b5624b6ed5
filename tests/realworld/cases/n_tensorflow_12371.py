# origin: https://github.com/tensorflow/tensorflow/issues/12371
# kinds: domain underflow
import tensorflow as tf


class NegativeBinomial(object):
    """Failures before total_count successes; logits parametrize the success odds."""

    def __init__(self, total_count, logits):
        self.total_count = tf.convert_to_tensor(total_count, dtype=tf.float32)
        self.logits = tf.convert_to_tensor(logits, dtype=tf.float32)
        self.probs = tf.sigmoid(self.logits)

    def mean(self):
        return self.total_count * tf.exp(tf.minimum(self.logits, 80.0))

    def _log_normalization(self, x):
        return (-tf.lgamma(self.total_count + x) + tf.lgamma(1.0 + x)
                + tf.lgamma(self.total_count))

    def _log_unnormalized_prob(self, x):
        return self.total_count * tf.log1p(-self.probs) + x * tf.log(self.probs)  #!
        return self.total_count * tf.log_sigmoid(-self.logits) + x * tf.log_sigmoid(self.logits)  #+

    def log_prob(self, x):
        x = tf.cast(x, tf.float32)
        return self._log_unnormalized_prob(x) - self._log_normalization(x)


def regression_graph(n_features, lr=0.01):
    x = tf.placeholder(tf.float32, [None, n_features])
    y = tf.placeholder(tf.float32, [None])
    w = tf.Variable(tf.zeros([n_features, 1]))
    b = tf.Variable(tf.zeros([1]))
    log_r = tf.Variable(0.0)
    logits = tf.squeeze(tf.matmul(x, w) + b, axis=1)
    dist = NegativeBinomial(tf.exp(tf.clip_by_value(log_r, -10.0, 10.0)), logits)
    loss = -tf.reduce_mean(dist.log_prob(y))
    train = tf.train.AdamOptimizer(lr).minimize(loss)
    return x, y, loss, train
