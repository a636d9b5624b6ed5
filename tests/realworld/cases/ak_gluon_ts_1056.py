# origin: https://github.com/awslabs/gluon-ts/issues/1056
# kinds: domain
import numpy as np
import tensorflow as tf

HALF_LOG_2PI = float(0.5 * np.log(2.0 * np.pi))


class HurdleLogNormalLoss(tf.keras.losses.Loss):
    """Customer value: zero with some probability, log-normal otherwise.

    Predictions hold the purchase logit, the location and the raw scale.
    """

    def __init__(self, min_scale=1e-3, name="hurdle_lognormal"):
        super().__init__(name=name)
        self.min_scale = min_scale

    def call(self, y_true, y_pred):
        spend = tf.cast(tf.squeeze(y_true, -1), tf.float32)
        buys, loc, raw = tf.unstack(y_pred, num=3, axis=-1)
        scale = tf.nn.softplus(raw) + self.min_scale
        bought = spend > 0.0
        hurdle = tf.nn.sigmoid_cross_entropy_with_logits(
            labels=tf.cast(bought, tf.float32), logits=buys
        )
        log_spend = tf.math.log(spend)  #!
        log_spend = tf.math.log(tf.where(bought, spend, tf.ones_like(spend)))  #+
        z = (log_spend - loc) / scale
        nll = 0.5 * z * z + tf.math.log(scale) + log_spend + HALF_LOG_2PI
        return hurdle + tf.where(bought, nll, tf.zeros_like(nll))


def build_model(n_numeric, vocab_sizes, width=64):
    numeric = tf.keras.Input([n_numeric], name="numeric")
    parts, inputs = [numeric], [numeric]
    for i, size in enumerate(vocab_sizes):
        cat = tf.keras.Input([], dtype=tf.int32, name=f"cat_{i}")
        parts.append(tf.keras.layers.Embedding(size, 8)(cat))
        inputs.append(cat)
    h = tf.keras.layers.Concatenate()(parts)
    h = tf.keras.layers.Dense(width, activation="relu")(h)
    h = tf.keras.layers.Dense(width, activation="relu")(h)
    out = tf.keras.layers.Dense(3)(h)
    model = tf.keras.Model(inputs, out)
    model.compile(tf.keras.optimizers.Adam(1e-3, clipnorm=5.0), HurdleLogNormalLoss())
    return model


def expected_value(pred):
    p = tf.sigmoid(pred[:, 0])
    scale = tf.minimum(tf.nn.softplus(pred[:, 2]), 3.0)
    return p * tf.exp(tf.clip_by_value(pred[:, 1], -10.0, 15.0) + 0.5 * scale**2)
