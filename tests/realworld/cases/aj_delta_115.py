# origin: https://github.com/nasa/delta/pull/115
# kinds: domain
import tensorflow as tf


class EventF1(tf.keras.metrics.Metric):
    """Macro F1 over sound event classes, with 0.5 as decision threshold."""

    def __init__(self, num_classes, threshold=0.5, name="event_f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.num_classes = num_classes
        self.threshold = threshold
        self.tp = self.add_weight(name="tp", shape=(num_classes,), initializer="zeros")
        self.fp = self.add_weight(name="fp", shape=(num_classes,), initializer="zeros")
        self.fn = self.add_weight(name="fn", shape=(num_classes,), initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        truth = tf.reshape(tf.cast(y_true, tf.float32), [-1, self.num_classes])
        guess = tf.reshape(tf.cast(y_pred > self.threshold, tf.float32), [-1, self.num_classes])
        self.tp.assign_add(tf.reduce_sum(truth * guess, axis=0))
        self.fp.assign_add(tf.reduce_sum((1.0 - truth) * guess, axis=0))
        self.fn.assign_add(tf.reduce_sum(truth * (1.0 - guess), axis=0))

    def result(self):
        errors = self.fp + self.fn
        f1 = 2.0 * self.tp / (2.0 * self.tp + errors)  #!
        f1 = tf.math.divide_no_nan(2.0 * self.tp, 2.0 * self.tp + errors)  #+
        return tf.reduce_mean(f1)

    def reset_state(self):
        for v in (self.tp, self.fp, self.fn):
            v.assign(tf.zeros_like(v))

    def get_config(self):
        config = super().get_config()
        config.update({"num_classes": self.num_classes, "threshold": self.threshold})
        return config


def build_tagger(num_classes, n_mels=64, frames=500):
    inputs = tf.keras.Input(shape=(frames, n_mels))
    x = tf.keras.layers.Conv1D(128, 5, padding="same", activation="relu")(inputs)
    x = tf.keras.layers.Bidirectional(tf.keras.layers.GRU(64, return_sequences=True))(x)
    outputs = tf.keras.layers.Dense(num_classes, activation="sigmoid")(x)
    model = tf.keras.Model(inputs, outputs)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-3),
        loss=tf.keras.losses.BinaryCrossentropy(),
        metrics=[EventF1(num_classes)],
    )
    return model
