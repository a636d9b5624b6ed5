# origin: https://github.com/keras-team/keras/issues/2586
# kinds: overflow underflow domain
import numpy as np
from keras import backend as K
from keras.layers import Dense, Input, concatenate
from keras.models import Model

N_MIXTURES = 12
LOG_TWO_PI = float(np.log(2 * np.pi))


def split(parameters, m):
    return parameters[:, :m], parameters[:, m : 2 * m], parameters[:, 2 * m :]


def neg_log_normal_mixture(true, parameters):
    means, log_sigmas, logits = split(parameters, N_MIXTURES)
    log_sigmas = K.clip(log_sigmas, -7.0, 7.0)
    pis = K.softmax(logits)
    z = (true - means) / K.exp(log_sigmas)
    exponent = -0.5 * K.square(z) - log_sigmas - 0.5 * LOG_TWO_PI
    likelihood = K.sum(pis * K.exp(exponent), axis=-1)  #-
    return -K.mean(K.log(likelihood))  #!
    return -K.mean(K.logsumexp(K.log(pis + 1e-10) + exponent, axis=-1))  #+


def build(n_features):
    x = Input(shape=(n_features,))
    h = Dense(64, activation="tanh")(x)
    out = concatenate([Dense(N_MIXTURES)(h), Dense(N_MIXTURES)(h), Dense(N_MIXTURES)(h)])
    model = Model(inputs=x, outputs=out)
    model.compile(optimizer="adam", loss=neg_log_normal_mixture)
    return model
