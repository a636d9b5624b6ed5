# origin: https://github.com/NVIDIA/apex/issues/358
# kinds: domain precision
import tensorflow as tf


EPS = 1e-9  #-
EPS = 1e-6  #+


class PositionBiasedCTRLoss(tf.keras.losses.Loss):
    """Pointwise click loss; click probability = examination * relevance."""

    def __init__(self, negative_weight=1.0, name="pb_ctr"):
        super().__init__(name=name)
        self.negative_weight = negative_weight

    def call(self, clicks, probs):
        clicks = tf.cast(clicks, tf.float32)
        probs = tf.clip_by_value(tf.cast(probs, tf.float32), EPS, 1.0 - EPS)  #*
        pos = clicks * tf.math.log(probs)
        neg = (1.0 - clicks) * tf.math.log(1.0 - probs)
        return -tf.reduce_mean(pos + self.negative_weight * neg, axis=-1)


class PositionBiasedRanker(tf.keras.Model):
    def __init__(self, num_items, max_positions=20, dim=32):
        super().__init__()
        self.items = tf.keras.layers.Embedding(num_items, dim)
        self.examination = tf.keras.layers.Embedding(max_positions, 1)
        self.tower = tf.keras.Sequential(
            [
                tf.keras.layers.Dense(64, activation="relu"),
                tf.keras.layers.Dense(1),
            ]
        )

    def call(self, inputs, training=False):
        query, items, positions = inputs["query"], inputs["items"], inputs["positions"]
        q = tf.repeat(query[:, None, :], tf.shape(items)[1], axis=1)
        h = tf.concat([q, self.items(items)], axis=-1)
        relevance = tf.sigmoid(tf.squeeze(self.tower(h, training=training), -1))
        seen = tf.sigmoid(tf.squeeze(self.examination(positions), -1))
        return relevance * seen


def build(num_items, lr=1e-3):
    model = PositionBiasedRanker(num_items)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(lr),
        loss=PositionBiasedCTRLoss(negative_weight=0.5),
        metrics=[tf.keras.metrics.AUC(name="auc")],
    )
    return model
