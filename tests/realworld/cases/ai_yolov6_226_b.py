# origin: https://github.com/meituan/YOLOv6/issues/226
# kinds: domain
import tensorflow as tf


class HeadingLoss(tf.keras.losses.Loss):
    """Compares predicted and true walking direction of each pedestrian step."""

    def __init__(self, weight=0.1, name="heading_loss"):
        super().__init__(name=name)
        self.weight = weight

    @staticmethod
    def unit_direction(track):
        delta = track[:, 1:, :] - track[:, :-1, :]
        dx, dy = delta[..., 0], delta[..., 1]
        length = tf.sqrt(dx ** 2 + dy ** 2)  #!
        cos_t = dx / length  #!
        sin_t = dy / length  #!
        length = tf.sqrt(dx ** 2 + dy ** 2 + 1e-8)  #+
        cos_t = dx / length  #+
        sin_t = dy / length  #+
        return cos_t, sin_t

    def call(self, y_true, y_pred):
        position = tf.reduce_mean(tf.reduce_sum(tf.square(y_true - y_pred), axis=-1), axis=-1)
        cos_true, sin_true = self.unit_direction(y_true)
        cos_pred, sin_pred = self.unit_direction(y_pred)
        agreement = cos_true * cos_pred + sin_true * sin_pred
        return position + self.weight * tf.reduce_mean(1.0 - agreement, axis=-1)


def build_model(obs_len=8, pred_len=12, units=64):
    inputs = tf.keras.Input((obs_len, 2))
    x = tf.keras.layers.Dense(units, activation="relu")(inputs)
    state = tf.keras.layers.LSTM(units)(x)
    x = tf.keras.layers.RepeatVector(pred_len)(state)
    x = tf.keras.layers.LSTM(units, return_sequences=True)(x)
    steps = tf.keras.layers.Dense(2)(x)
    outputs = tf.keras.layers.Lambda(lambda s: tf.cumsum(s, axis=1))(steps)
    return tf.keras.Model(inputs, outputs)


def main(train_ds, val_ds):
    model = build_model()
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-3, clipnorm=1.0),
        loss=HeadingLoss(),
        metrics=[tf.keras.metrics.MeanSquaredError()],
    )
    # tracks are relative to the last observed position, waiting pedestrians included
    model.fit(train_ds, validation_data=val_ds, epochs=50)
    return model
