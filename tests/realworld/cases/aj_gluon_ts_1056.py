# origin: https://github.com/awslabs/gluon-ts/issues/1056
# kinds: domain
import math

import tensorflow as tf

LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)


class HurdleLogNormal:
    """Demand distribution: a point mass at zero and a log-normal above it."""

    def __init__(self, logit, loc, raw_scale):
        self.logit = logit
        self.loc = loc
        self.scale = tf.nn.softplus(raw_scale) + 1e-3

    def log_prob(self, y):
        sold = y > 0.0
        log_y = tf.math.log(y)  #!
        log_y = tf.math.log(tf.where(sold, y, tf.ones_like(y)))  #+
        z = (log_y - self.loc) / self.scale
        density = -0.5 * tf.square(z) - tf.math.log(self.scale) - log_y - LOG_SQRT_2PI
        positive = tf.math.log_sigmoid(self.logit) + density
        return tf.where(sold, positive, tf.math.log_sigmoid(-self.logit))

    def mean(self):
        exponent = tf.minimum(self.loc + 0.5 * tf.square(self.scale), 20.0)
        return tf.sigmoid(self.logit) * tf.exp(exponent)


class DemandForecaster(tf.keras.Model):
    def __init__(self, units=40, stores=1000):
        super().__init__()
        self.embed = tf.keras.layers.Embedding(stores, 8)
        self.rnn = tf.keras.layers.GRU(units, return_sequences=True)
        self.head = tf.keras.layers.Dense(3)

    def call(self, inputs):
        demand, store = inputs["past"], inputs["store"]
        e = tf.repeat(self.embed(store)[:, None, :], tf.shape(demand)[1], axis=1)
        x = tf.concat([tf.math.log1p(demand)[..., None], e], axis=-1)
        logit, loc, raw = tf.unstack(self.head(self.rnn(x)), axis=-1)
        return HurdleLogNormal(logit, loc, raw)


@tf.function
def train_step(model, optimizer, batch):
    with tf.GradientTape() as tape:
        dist = model({"past": batch["demand"][:, :-1], "store": batch["store"]})
        loss = -tf.reduce_mean(dist.log_prob(batch["demand"][:, 1:]))
    grads = tape.gradient(loss, model.trainable_variables)
    grads, norm = tf.clip_by_global_norm(grads, 5.0)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss, norm
