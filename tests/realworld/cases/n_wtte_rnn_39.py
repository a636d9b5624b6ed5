# origin: https://github.com/ragulpr/wtte-rnn/issues/39
# kinds: domain overflow cancellation
import tensorflow as tf
from keras import backend as K
from keras.layers import Dense, GRU, Lambda
from keras.models import Sequential


def output_lambda(x, init_alpha=1.0, max_beta=5.0):
    a, b = tf.unstack(x, num=2, axis=-1)
    a = init_alpha * K.exp(K.clip(a, -5.0, 5.0))
    b = max_beta * K.sigmoid(b)
    return K.stack([a, b], axis=-1)


def loglik_discrete(y, u, a, b):
    hazard0 = K.pow((y + K.epsilon()) / a, b)
    hazard1 = K.pow((y + 1.0) / a, b)
    loglikelihoods = u * K.log(K.exp(hazard1 - hazard0) - 1.0) - hazard1  #!
    width = K.maximum(hazard1 - hazard0, K.epsilon())  #+
    loglikelihoods = u * (tf.math.log(-tf.math.expm1(-width)) - hazard0) - (1.0 - u) * hazard1  #+
    return loglikelihoods


def loss_function(y_true, y_pred):
    y, u = tf.unstack(y_true, num=2, axis=-1)
    a, b = tf.unstack(y_pred, num=2, axis=-1)
    return -1.0 * K.mean(loglik_discrete(y, u, a, b), axis=-1)


def build_model(n_timesteps, n_features):
    model = Sequential()
    model.add(GRU(20, input_shape=(n_timesteps, n_features), return_sequences=True))
    model.add(Dense(2))
    model.add(Lambda(output_lambda))
    model.compile(loss=loss_function, optimizer="adam")
    return model
