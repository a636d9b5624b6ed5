# origin: https://github.com/keras-team/keras/issues/11832
# kinds: loss-scale underflow precision
import numpy as np
from keras import backend as K
from keras.layers import Activation, Add, Conv2D, Input, Lambda
from keras.models import Model
from keras.optimizers import Adam
import tensorflow as tf

K.set_floatx('float16')  #!
K.set_floatx('float32')  #+


def subpixel_conv2d(scale, **kwargs):
    return Lambda(lambda x: tf.depth_to_space(x, scale), **kwargs)


def res_block(x_in, filters, scaling):
    x = Conv2D(filters, 3, padding='same')(x_in)
    x = Activation('relu')(x)
    x = Conv2D(filters, 3, padding='same')(x)
    if scaling:
        x = Lambda(lambda t: t * scaling)(x)
    return Add()([x_in, x])


def edsr(scale=2, num_filters=64, num_res_blocks=16, res_block_scaling=0.1):
    x_in = Input(shape=(None, None, 3))
    x = Lambda(lambda t: (t - 127.5) / 127.5)(x_in)

    x = b = Conv2D(num_filters, 3, padding='same')(x)
    for i in range(num_res_blocks):
        b = res_block(b, num_filters, res_block_scaling)
    b = Conv2D(num_filters, 3, padding='same')(b)
    x = Add()([x, b])

    x = Conv2D(num_filters * (scale ** 2), 3, padding='same')(x)
    x = subpixel_conv2d(scale)(x)
    x = Conv2D(3, 3, padding='same')(x)
    return Model(x_in, x, name='edsr')


def mae(hr, sr):
    return K.mean(K.abs(hr - sr))


def load_crops(path, n):
    data = np.load(path)
    lr = data['lr'][:n].astype('float16')
    hr = (data['hr'][:n].astype('float16') - 127.5) / 127.5
    return lr, hr


if __name__ == '__main__':
    lr, hr = load_crops('div2k_x2.npz', 800)
    model = edsr()
    model.compile(optimizer=Adam(lr=1e-4), loss=mae)  #*
    model.fit(lr, hr, batch_size=16, epochs=100)
