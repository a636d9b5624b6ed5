# origin: https://github.com/keras-team/keras/issues/2960
# kinds: domain
from keras import backend as K
from keras import initializers
from keras.layers import InputSpec, Layer


class BatchNormalization(Layer):
    '''Normalize the activations of the previous layer at each batch.

    # Arguments
        epsilon: small float > 0. Fuzz parameter.
        mode: integer, 0 or 1.
            - 0: feature-wise normalization, batch statistics in training,
              running averages at test time.
            - 1: sample-wise normalization.
        momentum: momentum of the running averages (mode 0).
    '''

    def __init__(self, epsilon=1e-5, mode=0, axis=-1, momentum=0.99,
                 beta_init='zeros', gamma_init='ones', **kwargs):
        self.supports_masking = True
        self.beta_init = initializers.get(beta_init)
        self.gamma_init = initializers.get(gamma_init)
        self.epsilon = epsilon
        self.mode = mode
        self.axis = axis
        self.momentum = momentum
        super(BatchNormalization, self).__init__(**kwargs)

    def build(self, input_shape):
        self.input_spec = [InputSpec(shape=input_shape)]
        shape = (input_shape[self.axis],)
        self.gamma = self.add_weight(shape=shape, initializer=self.gamma_init, name='gamma')
        self.beta = self.add_weight(shape=shape, initializer=self.beta_init, name='beta')
        self.running_mean = self.add_weight(
            shape=shape, initializer='zeros', name='running_mean', trainable=False)
        self.running_std = self.add_weight(
            shape=shape, initializer='ones', name='running_std', trainable=False)
        self.built = True

    def _standardize(self, x, axes):
        m = K.mean(x, axis=axes, keepdims=True)
        std = K.std(x, axis=axes, keepdims=True)  #!
        x_normed = (x - m) / (std + self.epsilon)  #!
        std = K.sqrt(K.var(x, axis=axes, keepdims=True) + self.epsilon)  #+
        x_normed = (x - m) / std  #+
        return x_normed, m, std

    def call(self, x, mask=None):
        ndim = K.ndim(x)
        if self.mode == 1:
            x_normed, _, _ = self._standardize(x, [ndim - 1])
            return self.gamma * x_normed + self.beta

        reduction_axes = list(range(ndim))
        del reduction_axes[self.axis]
        x_normed, m, std = self._standardize(x, reduction_axes)
        self.add_update([
            K.moving_average_update(self.running_mean, K.flatten(m), self.momentum),
            K.moving_average_update(self.running_std, K.flatten(std), self.momentum),
        ], x)
        x_test = (x - self.running_mean) / (self.running_std + self.epsilon)
        return self.gamma * K.in_train_phase(x_normed, x_test) + self.beta
