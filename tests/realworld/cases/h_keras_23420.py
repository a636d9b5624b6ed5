# origin: https://github.com/keras-team/keras/pull/23420
# kinds: domain
import tensorflow as tf
from tensorflow import keras


class R2Score(keras.metrics.Metric):
    def __init__(self, name="r2_score", **kwargs):
        super().__init__(name=name, **kwargs)
        self.squared_sum = self.add_weight(name="squared_sum", initializer="zeros")
        self.sum = self.add_weight(name="sum", initializer="zeros")
        self.total_mse = self.add_weight(name="residual", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.sum.assign_add(tf.reduce_sum(y_true))
        self.squared_sum.assign_add(tf.reduce_sum(y_true**2))
        self.total_mse.assign_add(tf.reduce_sum((y_true - y_pred) ** 2))
        self.count.assign_add(tf.cast(tf.size(y_true), tf.float32))

    def result(self):
        mean = self.sum / tf.maximum(self.count, 1.0)
        total = self.squared_sum - self.sum * mean
        raw_scores = 1 - (self.total_mse / total)  #!
        raw_scores = 1 - tf.math.divide_no_nan(self.total_mse, total)  #+
        return raw_scores


def compiled(width):
    model = keras.Sequential([keras.layers.Dense(width, activation="relu"), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse", metrics=[R2Score()])
    return model
