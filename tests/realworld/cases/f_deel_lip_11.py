# origin: https://github.com/deel-ai/deel-lip/pull/11
# kinds: domain
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import AveragePooling2D


class ScaledL2NormPooling2D(AveragePooling2D):
    """L2 pooling with a Lipschitz constant of k_coef_lip."""

    def __init__(self, pool_size=(2, 2), k_coef_lip=1.0, data_format=None, **kwargs):
        super(ScaledL2NormPooling2D, self).__init__(pool_size=pool_size, data_format=data_format, **kwargs)
        self.k_coef_lip = k_coef_lip
        self._coef = 1.0
        self.eps_grad_sqrt = 1e-6  #+

    def build(self, input_shape):
        super(ScaledL2NormPooling2D, self).build(input_shape)
        self._coef = self._compute_lip_coef(input_shape)
        self.built = True

    def _compute_lip_coef(self, input_shape=None):
        return np.sqrt(np.prod(np.asarray(self.pool_size)))

    def call(self, x, training=None):
        squared = super(ScaledL2NormPooling2D, self).call(tf.square(x))
        pooled = tf.sqrt(squared)  #!
        pooled = tf.sqrt(squared + self.eps_grad_sqrt)  #+
        return pooled * self._coef * self.k_coef_lip

    def get_config(self):
        config = {"k_coef_lip": self.k_coef_lip}
        base_config = super(ScaledL2NormPooling2D, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))
