# origin: https://github.com/tensorflow/tensorflow/issues/2295
# kinds: domain
import tensorflow as tf

GAMMA = 2.4


def to_linear(rgb):
    return tf.pow(tf.clip_by_value(rgb, 0.0, 1.0), GAMMA)


def to_gamma(linear):
    y = tf.minimum(tf.maximum(linear, 0.0), 1.0)  #!
    y = tf.minimum(tf.maximum(linear, 1e-5), 1.0)  #+
    return tf.pow(y, 1.0 / GAMMA)


class ToneMapper(tf.keras.Model):
    def __init__(self, channels=16):
        super().__init__()
        self.hidden = tf.keras.layers.Conv2D(channels, 3, padding="same", activation="relu")
        self.out = tf.keras.layers.Conv2D(3, 3, padding="same")

    def call(self, rgb):
        linear = to_linear(rgb)
        return to_gamma(self.out(self.hidden(linear)))


@tf.function
def train_step(model, optimizer, rgb, target):
    with tf.GradientTape() as tape:
        prediction = model(rgb)
        loss = tf.reduce_mean(tf.square(prediction - target))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss
