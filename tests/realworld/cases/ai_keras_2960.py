# origin: https://github.com/keras-team/keras/issues/2960
# kinds: domain
from keras import backend as K
from keras import initializations
from keras.engine import Layer, InputSpec


class BatchNormalization(Layer):
    """Normalize the activations of the previous layer at each batch.

    # Arguments
        epsilon: small float > 0. Fuzz parameter.
        mode: integer, 0 or 1.
            - 0: feature-wise normalization.
            - 1: sample-wise normalization.
        axis: integer, axis along which to normalize in mode 0.
    """

    def __init__(self, epsilon=1e-6, mode=0, axis=-1, momentum=0.9, weights=None, **kwargs):
        self.init = initializations.get('uniform')
        self.epsilon = epsilon
        self.mode = mode
        self.axis = axis
        self.momentum = momentum
        self.initial_weights = weights
        super(BatchNormalization, self).__init__(**kwargs)

    def build(self, input_shape):
        self.input_spec = [InputSpec(shape=input_shape)]
        shape = (input_shape[self.axis],)
        self.gamma = self.init(shape, name='{}_gamma'.format(self.name))
        self.beta = K.zeros(shape, name='{}_beta'.format(self.name))
        self.trainable_weights = [self.gamma, self.beta]
        self.running_mean = K.zeros(shape, name='{}_running_mean'.format(self.name))
        self.running_std = K.ones(shape, name='{}_running_std'.format(self.name))
        self.non_trainable_weights = [self.running_mean, self.running_std]
        self.built = True

    def call(self, x, mask=None):
        input_shape = self.input_spec[0].shape
        if self.mode == 0:
            reduction_axes = list(range(len(input_shape)))
            del reduction_axes[self.axis]
            broadcast_shape = [1] * len(input_shape)
            broadcast_shape[self.axis] = input_shape[self.axis]

            m = K.mean(x, axis=reduction_axes)
            brodcast_m = K.reshape(m, broadcast_shape)
            std = K.mean(K.square(x - brodcast_m), axis=reduction_axes)  #-
            std = K.sqrt(std)  #!
            std = K.mean(K.square(x - brodcast_m) + self.epsilon, axis=reduction_axes)  #+
            std = K.sqrt(std)  #+
            brodcast_std = K.reshape(std, broadcast_shape)
            x_normed = (x - brodcast_m) / (brodcast_std + self.epsilon)
            self.updates = [
                (self.running_mean, self.momentum * self.running_mean + (1 - self.momentum) * m),
                (self.running_std, self.momentum * self.running_std + (1 - self.momentum) * std),
            ]
            out = K.reshape(self.gamma, broadcast_shape) * x_normed
            out += K.reshape(self.beta, broadcast_shape)
        else:
            m = K.mean(x, axis=-1, keepdims=True)
            std = K.sqrt(K.var(x, axis=-1, keepdims=True) + self.epsilon)
            out = self.gamma * (x - m) / std + self.beta
        return out
