# origin: https://github.com/tensorflow/tensorflow/issues/50400
# kinds: domain
import tensorflow as tf


class ToneMapper(tf.keras.layers.Layer):
    """Exposure, white balance and display gamma with learned parameters."""

    def __init__(self, gamma=2.2, **kwargs):
        super().__init__(**kwargs)
        self.inv_gamma = 1.0 / gamma

    def build(self, input_shape):
        self.log_exposure = self.add_weight(name="log_exposure", shape=(), initializer="zeros")
        self.white = self.add_weight(name="white", shape=(3,), initializer="ones")

    def call(self, radiance):
        x = tf.nn.relu(radiance) * tf.exp(self.log_exposure) * self.white
        x = tf.maximum(x, 1e-5)  #+
        x = x / (1.0 + x)
        return tf.pow(x, self.inv_gamma)  #*


def build_raw_to_rgb(width=32):
    inputs = tf.keras.Input((None, None, 4))
    h = inputs
    for _ in range(3):
        h = tf.keras.layers.Conv2D(width, 3, padding="same", activation="relu")(h)
    radiance = tf.keras.layers.Conv2D(3, 3, padding="same")(h)
    display = ToneMapper()(radiance)
    return tf.keras.Model(inputs, display)


def charbonnier(y_true, y_pred, eps=1e-3):
    return tf.reduce_mean(tf.sqrt(tf.square(y_true - y_pred) + eps**2))


@tf.function
def train_step(model, optimizer, raw, rgb):
    with tf.GradientTape() as tape:
        pred = model(raw, training=True)
        loss = charbonnier(rgb, pred)
        loss += 0.1 * (1.0 - tf.reduce_mean(tf.image.ssim(rgb, pred, max_val=1.0)))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss
