# origin: https://github.com/XifengGuo/CapsNet-Keras/pull/83
# kinds: domain
import keras.backend as K
import tensorflow as tf
from keras import layers, models, optimizers


class Length(layers.Layer):
    """
    Compute the length of vectors. This is used to compute a Tensor that has the same shape with y_true in margin_loss.
    inputs: shape=[None, num_vectors, dim_vector]
    output: shape=[None, num_vectors]
    """
    def call(self, inputs, **kwargs):
        return K.sqrt(K.sum(K.square(inputs), -1))  #!
        return K.sqrt(K.sum(K.square(inputs), -1) + K.epsilon())  #+

    def compute_output_shape(self, input_shape):
        return input_shape[:-1]


def squash(vectors, axis=-1):
    """
    The non-linear activation used in Capsule. It drives the length of a large vector to near 1 and small vector to 0
    """
    s_squared_norm = K.sum(K.square(vectors), axis, keepdims=True)
    scale = s_squared_norm / (1 + s_squared_norm) / K.sqrt(s_squared_norm + K.epsilon())
    return scale * vectors


def margin_loss(y_true, y_pred):
    """
    Margin loss for Eq.(4).
    :param y_true: [None, n_classes]
    :param y_pred: [None, num_capsule]
    """
    L = y_true * K.square(K.maximum(0., 0.9 - y_pred)) + \
        0.5 * (1 - y_true) * K.square(K.maximum(0., y_pred - 0.1))
    return K.mean(K.sum(L, 1))


def CapsNet(input_shape, n_class):
    x = layers.Input(shape=input_shape)
    conv1 = layers.Conv2D(filters=64, kernel_size=9, strides=1, padding='valid', activation='relu', name='conv1')(x)
    conv2 = layers.Conv2D(filters=32, kernel_size=9, strides=2, padding='valid', activation='relu', name='conv2')(conv1)
    flat = layers.Flatten()(conv2)
    caps = layers.Dense(n_class * 16, activation='relu')(flat)
    caps = layers.Reshape(target_shape=[n_class, 16])(caps)
    digitcaps = layers.Lambda(squash, name='digitcaps')(caps)
    out_caps = Length(name='capsnet')(digitcaps)
    return models.Model(x, out_caps)


def train(model, data, epochs=50, lr=0.001):
    (x_train, y_train), (x_test, y_test) = data
    model.compile(optimizer=optimizers.Adam(lr), loss=margin_loss, metrics=['accuracy'])
    model.fit(x_train, y_train, batch_size=100, epochs=epochs, validation_data=(x_test, y_test))
    return model
