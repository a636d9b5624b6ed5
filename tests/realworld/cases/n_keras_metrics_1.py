# origin: https://github.com/WenYanger/Keras_Metrics/pull/1
# kinds: domain
from keras import backend as K
from keras.layers import LSTM, Dense
from keras.models import Sequential


def pearson_corr(y_true, y_pred):
    x = y_true - K.mean(y_true)
    y = y_pred - K.mean(y_pred)
    numerator = K.sum(x * y)
    denominator = K.sqrt(K.sum(K.square(x)) * K.sum(K.square(y)))  #!
    denominator = K.sqrt(K.maximum(K.sum(K.square(x)) * K.sum(K.square(y)), 1e-12))  #+
    return numerator / denominator


def root_mean_square(y_true, y_pred):
    return K.sqrt(K.maximum(K.mean(K.square(y_true - y_pred)), K.epsilon()))


def build(n_steps, n_features):
    model = Sequential()
    model.add(LSTM(64, input_shape=(n_steps, n_features)))
    model.add(Dense(32, activation="relu"))
    model.add(Dense(1))
    model.compile(
        loss=lambda t, p: 1.0 - pearson_corr(t, p),
        optimizer="adam",
        metrics=[pearson_corr, root_mean_square],
    )
    return model


def run(x_train, y_train, x_val, y_val, epochs=20):
    model = build(x_train.shape[1], x_train.shape[2])
    model.fit(x_train, y_train, validation_data=(x_val, y_val), batch_size=64, epochs=epochs)
    return model.evaluate(x_val, y_val)
