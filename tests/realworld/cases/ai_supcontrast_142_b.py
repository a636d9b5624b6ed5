# origin: https://github.com/HobbitLong/SupContrast/pull/142
# kinds: domain
import tensorflow as tf
from tensorflow.keras import layers


def masked_mae(target, estimate, mask):
    """Error over the artificially removed entries of every series."""
    error = tf.abs(target - estimate) * mask
    per_series = tf.reduce_sum(error, axis=[1, 2]) / tf.reduce_sum(mask, axis=[1, 2])  #!
    count = tf.reduce_sum(mask, axis=[1, 2])  #+
    per_series = tf.reduce_sum(error, axis=[1, 2]) / tf.maximum(count, 1.0)  #+
    return tf.reduce_mean(per_series)


def hold_out(values, observed, rate=0.1):
    """Hides a random part of the observed entries."""
    drop = tf.cast(tf.random.uniform(tf.shape(values)) < rate, values.dtype) * observed
    return values * (1.0 - drop), observed - drop, drop


class Imputer(tf.keras.Model):
    def __init__(self, n_features, d_model=64, n_blocks=2, rate=0.1):
        super().__init__()
        self.rate = rate
        self.embed = layers.Dense(d_model)
        self.blocks = [layers.Bidirectional(layers.GRU(d_model, return_sequences=True)) for _ in range(n_blocks)]
        self.readout = layers.Dense(n_features)

    def call(self, inputs):
        values, observed = inputs
        h = self.embed(tf.concat([values, observed], axis=-1))
        for block in self.blocks:
            h = block(h)
        estimate = self.readout(h)
        return observed * values + (1.0 - observed) * estimate

    def train_step(self, data):
        values, observed = data
        corrupted, visible, held_out = hold_out(values, observed, self.rate)
        with tf.GradientTape() as tape:
            estimate = self((corrupted, visible), training=True)
            loss = masked_mae(values, estimate, held_out)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss}
