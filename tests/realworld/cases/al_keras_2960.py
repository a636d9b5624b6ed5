# origin: https://github.com/keras-team/keras/issues/2960
# kinds: domain
from tensorflow.keras import backend as K
from tensorflow.keras import initializers
from tensorflow.keras.layers import Layer


class BatchNormalization(Layer):
    """Normalize the activations of the previous layer at each batch.

    # Arguments
        epsilon: small float > 0. Fuzz parameter.
        mode: integer, 0 (feature-wise) or 1 (sample-wise).
        axis: integer, axis along which to normalize in mode 0.
    """

    def __init__(self, epsilon=1e-3, mode=0, axis=-1, gamma_init='ones', **kwargs):
        self.epsilon = epsilon
        self.mode = mode
        self.axis = axis
        self.gamma_init = initializers.get(gamma_init)
        super(BatchNormalization, self).__init__(**kwargs)

    def build(self, input_shape):
        shape = (int(input_shape[self.axis]),)
        self.gamma = self.add_weight(name='gamma', shape=shape, initializer=self.gamma_init)
        self.beta = self.add_weight(name='beta', shape=shape, initializer='zeros')
        super(BatchNormalization, self).build(input_shape)

    def _feature_wise(self, x):
        ndim = K.ndim(x)
        reduction_axes = list(range(ndim))
        del reduction_axes[self.axis]
        mean = K.mean(x, axis=reduction_axes, keepdims=True)
        return self._scale(x, mean, reduction_axes)

    def _sample_wise(self, x):
        mean = K.mean(x, axis=-1, keepdims=True)
        return self._scale(x, mean, -1)

    def _scale(self, x, mean, axes):
        std = K.std(x, axis=axes, keepdims=True)  #!
        x_normed = (x - mean) / (std + self.epsilon)  #-
        var = K.var(x, axis=axes, keepdims=True)  #+
        x_normed = (x - mean) / K.sqrt(var + self.epsilon)  #+
        return x_normed

    def call(self, x):
        if self.mode == 0:
            x_normed = self._feature_wise(x)
        elif self.mode == 1:
            x_normed = self._sample_wise(x)
        else:
            raise ValueError('Unknown mode: ' + str(self.mode))
        return self.gamma * x_normed + self.beta

    def get_config(self):
        config = super(BatchNormalization, self).get_config()
        config.update({'epsilon': self.epsilon, 'mode': self.mode, 'axis': self.axis})
        return config
