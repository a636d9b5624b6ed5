# origin: https://github.com/maxvfischer/keras-image-segmentation-loss-functions/pull/1
# kinds: domain
import tensorflow as tf
from tensorflow import keras


@keras.utils.register_keras_serializable(package="noisy_labels")
class SymmetricCrossEntropy(keras.losses.Loss):
    """Cross entropy plus reverse cross entropy, for labels with noise.

    Args:
        alpha: weight of the usual cross entropy.
        beta: weight of the reverse term.
    """

    def __init__(self, alpha=0.1, beta=1.0, floor=1e-4, name="sce", **kwargs):
        super().__init__(name=name, **kwargs)
        self.alpha = alpha
        self.beta = beta
        self.floor = floor

    def call(self, y_true, y_pred):
        y_true = tf.cast(y_true, y_pred.dtype)
        forward = keras.losses.categorical_crossentropy(y_true, y_pred)
        log_labels = tf.math.log(y_true)  #!
        log_labels = tf.math.log(tf.clip_by_value(y_true, self.floor, 1.0))  #+
        reverse = -tf.reduce_sum(y_pred * log_labels, axis=-1)
        return self.alpha * forward + self.beta * reverse

    def get_config(self):
        cfg = super().get_config()
        cfg.update(alpha=self.alpha, beta=self.beta, floor=self.floor)
        return cfg


def build_classifier(input_shape, num_classes, width=32):
    inputs = keras.Input(shape=input_shape)
    x = inputs
    for i in range(3):
        x = keras.layers.Conv2D(width * 2 ** i, 3, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    outputs = keras.layers.Dense(num_classes, activation="softmax")(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=SymmetricCrossEntropy(),
        metrics=["accuracy"],
    )
    return model


def make_dataset(images, labels, num_classes, batch_size=128):
    ds = tf.data.Dataset.from_tensor_slices((images, tf.one_hot(labels, num_classes)))
    return ds.shuffle(10_000).batch(batch_size).prefetch(tf.data.AUTOTUNE)
