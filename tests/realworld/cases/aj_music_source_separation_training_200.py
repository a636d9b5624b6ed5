# origin: https://github.com/ZFTurbo/Music-Source-Separation-Training/pull/200
# kinds: domain
import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="nowcast")
class StationRMSE(keras.losses.Loss):
    """Root mean square error of the rainfall forecast, one value per station."""

    def __init__(self, wet_weight=2.0, name="station_rmse", **kwargs):
        super().__init__(name=name, **kwargs)
        self.wet_weight = wet_weight

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, y_pred.dtype)
        weight = ops.where(y_true > 0.0, self.wet_weight, 1.0)
        sq = weight * ops.square(y_pred - y_true)
        per_station = ops.mean(sq, axis=1)
        return ops.sqrt(per_station)  #!
        return ops.sqrt(per_station + 1e-8)  #+

    def get_config(self):
        config = super().get_config()
        config["wet_weight"] = self.wet_weight
        return config


def build_model(history=24, horizon=6, features=5, units=64):
    inputs = keras.Input(shape=(history, features))
    x = layers.LSTM(units, return_sequences=True)(inputs)
    x = layers.LSTM(units)(x)
    x = layers.Dense(units, activation="relu")(x)
    outputs = layers.Dense(horizon, activation="relu")(x)
    return keras.Model(inputs, outputs)


def train(dataset, validation, lr=1e-3, epochs=30):
    model = build_model()
    model.compile(
        optimizer=keras.optimizers.Adam(lr, clipnorm=1.0),
        loss=StationRMSE(),
        metrics=[keras.metrics.MeanAbsoluteError()],
    )
    stop = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    model.fit(dataset, validation_data=validation, epochs=epochs, callbacks=[stop])
    return model
