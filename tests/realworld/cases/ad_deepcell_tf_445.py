# origin: https://github.com/vanvalenlab/deepcell-tf/issues/445
# kinds: domain
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Layer, Input, Conv2D, Softmax
from tensorflow.keras.models import Model


class ImageNormalization2D(Layer):
    """Image Normalization layer for 2D data.

    Args:
        norm_method (str): Normalization method to use, one of:
            "std", "whole_image", None.
        data_format (str): ``channels_last`` or ``channels_first``.
    """

    def __init__(self, norm_method='std', data_format='channels_last', **kwargs):
        self.valid_modes = {'std', 'whole_image', None}
        if norm_method not in self.valid_modes:
            raise ValueError('Invalid `norm_method`: %s' % norm_method)
        super(ImageNormalization2D, self).__init__(**kwargs)
        self.norm_method = norm_method
        self.data_format = data_format
        self.channel_axis = 1 if data_format == 'channels_first' else 3

    def _reduce_axes(self):
        return [2, 3] if self.channel_axis == 1 else [1, 2]

    def _whole_image_filter(self, inputs):
        axes = self._reduce_axes()
        outputs = inputs - K.mean(inputs, axis=axes, keepdims=True)
        outputs = outputs / K.std(inputs, axis=axes, keepdims=True)  #!
        outputs = outputs / (K.std(inputs, axis=axes, keepdims=True) + K.epsilon())  #+
        return outputs

    def call(self, inputs):
        if not self.norm_method:
            return inputs
        return self._whole_image_filter(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


def bn_feature_net_2D(input_shape=(128, 128, 1), n_features=3):
    x = Input(shape=input_shape)
    norm = ImageNormalization2D(norm_method='whole_image')(x)
    y = Conv2D(32, 3, padding='same', activation='relu')(norm)
    y = Conv2D(32, 3, padding='same', activation='relu')(y)
    y = Conv2D(n_features, 1)(y)
    y = Softmax(axis=-1)(y)
    return Model(x, y)


def train_model(model, X, y, n_epoch=10, batch_size=4, lr=1e-3):
    model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=lr, clipnorm=0.001),
                  loss='categorical_crossentropy')
    model.fit(X, y, epochs=n_epoch, batch_size=batch_size)
    return model
