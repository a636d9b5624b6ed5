# origin: https://github.com/keras-team/keras/pull/8524
# kinds: overflow
import numpy as np
from keras import backend as K
from keras.layers import Dense, Input
from keras.models import Model
from keras.optimizers import Adam


def logcosh(y_true, y_pred):
    """Logarithm of the hyperbolic cosine of the prediction error.

    `log(cosh(x))` is approximately equal to `(x ** 2) / 2` for small `x` and
    to `abs(x) - log(2)` for large `x`. This means that 'logcosh' works mostly
    like the mean squared error, but will not be so strongly affected by the
    occasional wildly incorrect prediction.
    """
    def cosh(x):  #-
        return (K.exp(x) + K.exp(-x)) / 2  #!
    return K.mean(K.log(cosh(y_pred - y_true)), axis=-1)  #-
    def _logcosh(x):  #+
        return x + K.softplus(-2. * x) - np.log(2.)  #+
    return K.mean(_logcosh(y_pred - y_true), axis=-1)  #+


def build_model(n_features, hidden=64):
    x = Input(shape=(n_features,))
    h = Dense(hidden, activation='relu')(x)
    h = Dense(hidden, activation='relu')(h)
    y = Dense(1)(h)
    model = Model(x, y)
    model.compile(optimizer=Adam(lr=1e-3), loss=logcosh, metrics=['mae'])
    return model


if __name__ == '__main__':
    rng = np.random.RandomState(0)
    rooms = rng.randint(1, 8, size=(512, 1))
    area = rng.uniform(20, 250, size=(512, 1))
    x_train = np.concatenate([rooms / 8., area / 250.], axis=1)
    y_train = 900. * area + 15000. * rooms + rng.randn(512, 1) * 3000.

    model = build_model(2)
    model.fit(x_train, y_train / 1000., epochs=20, batch_size=32, validation_split=0.1)
