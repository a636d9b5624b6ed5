# origin: https://github.com/GPflow/GPflow/issues/409
# kinds: domain
import tensorflow as tf


class ArcCosine:
    def __init__(self, weight_variances, bias_variance):
        self.weight_variances = weight_variances
        self.bias_variance = bias_variance

    def _weighted_product(self, X, X2=None):
        if X2 is None:
            return tf.reduce_sum(self.weight_variances * tf.square(X), axis=1) + self.bias_variance
        return tf.matmul(self.weight_variances * X, X2, transpose_b=True) + self.bias_variance

    def K(self, X):
        denominator = tf.sqrt(self._weighted_product(X))
        numerator = self._weighted_product(X, X)
        cos_theta = numerator / denominator[:, None] / denominator[None, :]
        theta = tf.acos(cos_theta)  #!
        theta = tf.acos(cos_theta * (1 - 1e-12))  #+
        return theta
