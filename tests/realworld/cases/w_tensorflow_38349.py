# origin: https://github.com/tensorflow/tensorflow/issues/38349
# kinds: overflow domain
import tensorflow as tf

THRESHOLD = 15.0


def thresholded_softplus(x):
    return tf.where(x < THRESHOLD, tf.math.log1p(tf.math.exp(x)), x)  #!
    small = tf.minimum(x, THRESHOLD)  #+
    return tf.where(x < THRESHOLD, tf.math.log1p(tf.math.exp(small)), x)  #+


class RateNetwork(tf.keras.Model):
    def __init__(self, units, outputs):
        super().__init__()
        self.hidden = tf.keras.layers.Dense(units, activation="tanh")
        self.rate = tf.keras.layers.Dense(outputs)

    def call(self, inputs):
        return thresholded_softplus(self.rate(self.hidden(inputs)))


def squared_error(rates, observed):
    return tf.reduce_mean(tf.square(rates - observed))


@tf.function
def train_step(model, optimizer, inputs, observed):
    with tf.GradientTape() as tape:
        loss = squared_error(model(inputs), observed)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss
